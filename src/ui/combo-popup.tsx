import type { ReactNode } from 'react'

export interface ComboOption {
  readonly key: string
  readonly content: ReactNode
}

interface ComboPopupProps {
  readonly label: string
  readonly options: readonly ComboOption[]
  readonly words: ReactNode
  readonly onPick: (key: string) => void
  readonly id: string
  readonly isOpen: boolean
  readonly active: number
}

export const optionId = (listId: string, index: number): string => `${listId}-${index}`

const bringIntoView = (option: HTMLLIElement | null): void => option?.scrollIntoView({ block: 'nearest' })

/** The suggestions and the words below them. A press leaves the focus in the field. */
export function ComboPopup({ id, label, options, words, isOpen, active, onPick }: ComboPopupProps) {
  return (
    <div
      className="combo-popup"
      hidden={!isOpen || (options.length === 0 && !words)}
      onMouseDown={(event) => event.preventDefault()}
    >
      <ul id={id} role="listbox" aria-label={label} hidden={options.length === 0}>
        {isOpen
          ? options.map(({ key, content }, index) => (
              <li
                key={key}
                id={optionId(id, index)}
                ref={index === active ? bringIntoView : null}
                role="option"
                aria-selected={index === active}
                onClick={() => onPick(key)}
              >
                {content}
              </li>
            ))
          : null}
      </ul>
      {isOpen ? <output>{words}</output> : null}
    </div>
  )
}
