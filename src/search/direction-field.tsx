import { useId } from 'react'
import { directions, type Direction } from '../contract/filter-kinds.ts'
import { useText } from '../text/i18n.ts'
import { filterText } from '../text/list-text.ts'
import { useChoice } from '../ui/typing.ts'
import { useFilter } from './use-filter.ts'

const choices = [undefined, 1, 2, 0] as const satisfies readonly (Direction | undefined)[]

type ChoiceName = 'any' | (typeof directions)[number]

const nameOf = (choice: Direction | undefined): ChoiceName =>
  choice === undefined ? 'any' : directions[choice]

export function DirectionField() {
  const t = useText(filterText)
  const group = useId()
  const [value, change] = useFilter('direction')
  const choice = useChoice(nameOf(value), (picked, visit) =>
    change(
      choices.find((known) => nameOf(known) === picked),
      visit,
    ),
  )
  return (
    <div role="radiogroup" aria-labelledby={group} {...choice.handlers} className="flex flex-col gap-1">
      <span id={group} className="text-xs font-medium text-muted">
        {t.direction}
      </span>
      <div className="grid grid-cols-2 gap-px overflow-hidden rounded-md border border-edge bg-line">
        {choices.map(nameOf).map((name) => (
          <label
            key={name}
            className="flex min-h-8 cursor-pointer items-center gap-2 bg-surface px-2.5 has-checked:bg-accent-soft has-checked:font-medium has-focus-visible:outline-2 has-focus-visible:-outline-offset-2 has-focus-visible:outline-accent"
          >
            <input
              type="radio"
              name={group}
              className="accent-accent"
              checked={choice.value === name}
              onChange={() => choice.pick(name)}
            />
            {t[name]}
          </label>
        ))}
      </div>
    </div>
  )
}
