import { useId } from 'react'
import { directions, type Direction } from '../contract/filter-kinds.ts'
import { useText } from '../text/i18n.ts'
import { filterText } from '../text/list-text.ts'
import { useFilter } from './use-filter.ts'

const choices = [undefined, 1, 2, 0] as const satisfies readonly (Direction | undefined)[]

export function DirectionField() {
  const t = useText(filterText)
  const group = useId()
  const [value, change] = useFilter('direction')
  return (
    <div role="radiogroup" aria-labelledby={group} className="flex flex-col gap-1">
      <span id={group} className="text-xs font-medium text-muted">
        {t.direction}
      </span>
      <div className="grid grid-cols-2 gap-px overflow-hidden rounded-md border border-edge bg-line">
        {choices.map((choice) => (
          <label
            key={choice ?? 'any'}
            className="flex min-h-8 cursor-pointer items-center gap-2 bg-surface px-2.5 has-checked:bg-accent-soft has-checked:font-medium has-focus-visible:outline-2 has-focus-visible:-outline-offset-2 has-focus-visible:outline-accent"
          >
            <input
              type="radio"
              name={group}
              className="accent-accent"
              checked={value === choice}
              onChange={() => change(choice)}
            />
            {choice === undefined ? t.any : t[directions[choice]]}
          </label>
        ))}
      </div>
    </div>
  )
}
