/**
 * A text field with a list of suggestions, by the ARIA pattern. The focus stays in the field; the active option is
 * named by `aria-activedescendant`. It is written by hand because downshift would add 11.6 KB to the list page, or
 * would have to take over a field that the user already types in.
 */
import { X } from 'lucide-react'
import { useId, useRef, useState, type KeyboardEvent, type ReactNode } from 'react'
import { IconButton } from './button.tsx'
import { ComboPopup, optionId, type ComboOption } from './combo-popup.tsx'
import { Field } from './field.tsx'

interface ComboboxProps {
  readonly label: string
  readonly options: readonly ComboOption[]
  readonly inputValue: string
  readonly onInput: (text: string) => void
  /** Gets the key of the option that was pressed, or was active at Enter. */
  readonly onPick: (key: string) => void
  /** Called at Enter without an active option. */
  readonly onEnter: () => void
  readonly onFocus?: () => void
  readonly onBlur?: () => void
  /** Shown below the options, and in place of them: that they load, or that there is none. */
  readonly words: ReactNode
  /** Empties the field, by a button with this name. */
  readonly clear?: { readonly label: string; readonly run: () => void } | undefined
  readonly aside?: ReactNode
  readonly error?: string | null | undefined
  /** The list is always open and in the flow, as in a dialog of its own, and its first option is active. */
  readonly standing?: boolean
}

interface Steps {
  readonly count: number
  readonly active: number
  readonly isOpen: boolean
}

/** The index of the option that a key leads to, or null where the key means something else here. */
function stepTo(event: KeyboardEvent, { count, active, isOpen }: Steps): number | null {
  const { key } = event
  if (event.altKey || event.shiftKey || event.ctrlKey || event.metaKey || count === 0) return null
  if (key === 'ArrowDown') return active + 1 < count ? active + 1 : 0
  if (key === 'ArrowUp') return active > 0 ? active - 1 : count - 1
  // Without an active option, these keys move the caret.
  if (!isOpen || active < 0) return null
  if (key === 'Home') return 0
  return key === 'End' ? count - 1 : null
}

/** Whether the list is open, the index of its active option, and the handlers that change them. */
function useSteps(props: ComboboxProps) {
  const { options, words, onPick, onEnter, standing = false } = props
  const [opened, setOpened] = useState(false)
  const [chosen, setChosen] = useState<string | null>(null)
  const isOpen = standing || opened
  const isSeen = !standing && (options.length > 0 || Boolean(words))
  const found = options.findIndex(({ key }) => key === chosen)
  const active = found < 0 && standing && options.length > 0 ? 0 : found
  const close = (): void => {
    setOpened(false)
    setChosen(null)
  }
  const pick = (key: string): void => {
    close()
    onPick(key)
  }
  const onKeyDown = (event: KeyboardEvent): void => {
    // Enter may end the composition of a character, and then applies nothing.
    if (event.nativeEvent.isComposing) return
    const option = isOpen ? options[active] : undefined
    const next = stepTo(event, { count: options.length, active, isOpen })
    if (next !== null) {
      setOpened(true)
      setChosen(options[next]?.key ?? null)
    } else if (event.key === 'ArrowDown' || event.key === 'ArrowUp') setOpened(event.key === 'ArrowDown')
    else if (event.key === 'Enter') {
      if (option) pick(option.key)
      else {
        close()
        onEnter()
      }
    } else if (event.key === 'Escape' && opened && isSeen) close()
    else return
    // Escape would also close the dialog that the field is in.
    event.preventDefault()
  }
  const open = (): void => setOpened(true)
  const edited = (): void => {
    setOpened(true)
    setChosen(null)
  }
  return { isOpen, active, close, pick, open, edited, onKeyDown }
}

/** A labelled text field with suggestions. Its words are announced politely while the list is open. */
export function Combobox(props: ComboboxProps) {
  const { label, options, clear, error, standing = false } = props
  const listId = useId()
  const input = useRef<HTMLInputElement>(null)
  const { isOpen, active, close, pick, edited, open, onKeyDown } = useSteps(props)
  const isExpanded = isOpen && options.length > 0
  return (
    <Field label={label} error={error} aside={props.aside}>
      {({ id, errorId }) => (
        <div className={standing ? 'combo combo-standing' : 'combo'}>
          <input
            ref={input}
            id={id}
            role="combobox"
            aria-autocomplete="list"
            aria-expanded={isExpanded}
            aria-controls={listId}
            aria-activedescendant={isExpanded && active >= 0 ? optionId(listId, active) : undefined}
            aria-invalid={error ? true : undefined}
            aria-describedby={errorId}
            autoComplete="off"
            autoCapitalize="none"
            spellCheck={false}
            className={`control ${clear ? '!pr-8' : ''}`}
            value={props.inputValue}
            onChange={(event) => {
              edited()
              props.onInput(event.target.value)
            }}
            onClick={open}
            onKeyDown={onKeyDown}
            onFocus={(event) => {
              // The next key replaces the value, which is often not what is typed: a name with a username.
              event.target.select()
              props.onFocus?.()
            }}
            onBlur={() => {
              close()
              props.onBlur?.()
            }}
          />
          {clear ? (
            <IconButton
              label={clear.label}
              icon={<X size={14} aria-hidden />}
              className="absolute top-0.5 right-0.5"
              // The button disappears with the text, also where the field is left. So it takes no focus: keys delete the
              // text in the field.
              tabIndex={-1}
              onMouseDown={(event) => event.preventDefault()}
              onClick={() => {
                clear.run()
                input.current?.focus()
              }}
            />
          ) : null}
          <ComboPopup id={listId} {...{ label, options, words: props.words, isOpen, active }} onPick={pick} />
        </div>
      )}
    </Field>
  )
}
