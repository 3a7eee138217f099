import {
  memo,
  useId,
  type HTMLAttributes,
  type InputHTMLAttributes,
  type ReactNode,
  type Ref,
  type SelectHTMLAttributes,
} from 'react'

interface FieldProps {
  readonly label: string
  readonly error?: string | null | undefined
  /** Placed at the end of the label's line. */
  readonly aside?: ReactNode
  /** Puts the label before the control, not above it. */
  readonly inline?: boolean | undefined
  readonly children: (ids: { id: string; errorId: string | undefined }) => ReactNode
}

/** A label, its control, and the control's error below. */
export function Field({ label, error, aside, inline = false, children }: FieldProps) {
  const id = useId()
  const errorId = error ? `${id}-error` : undefined
  return (
    <div className={inline ? 'flex items-center gap-2' : 'flex flex-col gap-1'}>
      <div className={inline ? 'w-10 shrink-0' : 'flex items-center justify-between gap-2'}>
        <label htmlFor={id} className="text-xs font-medium text-muted">
          {label}
        </label>
        {aside}
      </div>
      {children({ id, errorId })}
      {error ? (
        <p id={errorId} className="text-xs font-medium text-warn">
          {error}
        </p>
      ) : null}
    </div>
  )
}

interface TextFieldProps extends Omit<InputHTMLAttributes<HTMLInputElement>, 'id'> {
  readonly label: string
  readonly error?: string | null | undefined
  readonly aside?: ReactNode
  readonly ref?: Ref<HTMLInputElement>
  readonly inline?: boolean
  /** The id of the element with the error, where it is outside this field. */
  readonly invalidBy?: string | undefined
}

export function TextField({
  label,
  error,
  aside,
  inline,
  invalidBy,
  className = '',
  ...rest
}: TextFieldProps) {
  return (
    <Field label={label} error={error} aside={aside} inline={inline}>
      {({ id, errorId }) => (
        <input
          autoComplete="off"
          spellCheck={false}
          {...rest}
          id={id}
          aria-invalid={error || invalidBy ? true : undefined}
          aria-describedby={errorId ?? invalidBy}
          className={`control ${className}`}
        />
      )}
    </Field>
  )
}

export interface Option {
  readonly value: string
  readonly label: string
}

interface SelectProps extends Omit<SelectHTMLAttributes<HTMLSelectElement>, 'onChange'> {
  readonly options: readonly Option[]
  readonly onPick: (value: string) => void
  readonly ref?: Ref<HTMLSelectElement> | undefined
}

const Options = memo(function Options({ options }: { readonly options: readonly Option[] }) {
  return options.map(({ value, label }) => (
    <option key={value} value={value}>
      {label}
    </option>
  ))
})

/** A select without a visible label; give it an `aria-label`. */
export function Select({ options, onPick, className = '', ...rest }: SelectProps) {
  return (
    <select {...rest} className={`control ${className}`} onChange={(event) => onPick(event.target.value)}>
      <Options options={options} />
    </select>
  )
}

export function SelectField({ label, ...rest }: SelectProps & { readonly label: string }) {
  return <Field label={label}>{({ id }) => <Select {...rest} id={id} />}</Field>
}

interface RadioSetProps<Value extends string> extends HTMLAttributes<HTMLDivElement> {
  readonly label: string
  readonly value: Value
  readonly options: readonly { readonly value: Value; readonly label: string }[]
  readonly onPick: (value: Value) => void
  /** In two columns, where one line is too short for all. */
  readonly isGrid?: boolean
}

/** A few choices of which one applies, side by side. */
export function RadioSet<Value extends string>(props: RadioSetProps<Value>) {
  const { label, value, options, onPick, isGrid = false, ...rest } = props
  const id = useId()
  return (
    <div role="radiogroup" aria-labelledby={id} {...rest} className="flex flex-col gap-1">
      <span id={id} className="text-xs font-medium text-muted">
        {label}
      </span>
      <div
        className={`gap-px overflow-hidden rounded-md border border-edge bg-line ${isGrid ? 'grid grid-cols-2' : 'flex'}`}
      >
        {options.map((option) => (
          <label
            key={option.value}
            className="flex min-h-8 flex-1 cursor-pointer items-center gap-2 bg-surface px-2 has-checked:bg-accent-soft has-checked:font-medium has-focus-visible:outline-2 has-focus-visible:-outline-offset-2 has-focus-visible:outline-accent"
          >
            <input
              type="radio"
              name={id}
              className="accent-accent"
              checked={value === option.value}
              onChange={() => onPick(option.value)}
            />
            {option.label}
          </label>
        ))}
      </div>
    </div>
  )
}
