import { directions, type Direction } from '../contract/filter-kinds.ts'
import { useText } from '../text/i18n.ts'
import { filterText } from '../text/list-text.ts'
import { RadioSet } from '../ui/field.tsx'
import { useChoice } from '../ui/typing.ts'
import { useFilter } from './use-filter.ts'

const choices = [undefined, 1, 2, 0] as const satisfies readonly (Direction | undefined)[]

type ChoiceName = 'any' | (typeof directions)[number]

const nameOf = (choice: Direction | undefined): ChoiceName =>
  choice === undefined ? 'any' : directions[choice]

export function DirectionField() {
  const t = useText(filterText)
  const [value, change] = useFilter('direction')
  const choice = useChoice(nameOf(value), (picked, visit) =>
    change(
      choices.find((known) => nameOf(known) === picked),
      visit,
    ),
  )
  return (
    <RadioSet
      {...choice.handlers}
      label={t.direction}
      value={choice.value}
      options={choices.map(nameOf).map((name) => ({ value: name, label: t[name] }))}
      onPick={choice.pick}
      isGrid
    />
  )
}
