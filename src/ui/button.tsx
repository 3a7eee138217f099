import type { ButtonHTMLAttributes, ReactNode, Ref } from 'react'

const looks = {
  primary: 'bg-accent text-on-accent border-transparent hover:bg-accent-strong',
  plain: 'bg-surface text-ink border-edge hover:bg-hover',
  quiet: 'bg-transparent text-ink border-transparent hover:bg-hover',
} as const

const frame =
  'inline-flex items-center justify-center gap-1.5 min-h-8 min-w-8 px-3 rounded-md border font-medium whitespace-nowrap disabled:opacity-45 disabled:hover:bg-transparent aria-disabled:cursor-not-allowed aria-disabled:opacity-45 aria-disabled:hover:bg-transparent'

export type ButtonLook = keyof typeof looks

/** Class names that make a link look like a button. */
export const buttonClass = (look: ButtonLook): string => `${frame} ${looks[look]}`

interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  readonly look?: ButtonLook
  readonly ref?: Ref<HTMLButtonElement>
}

export function Button({ look = 'plain', className = '', type = 'button', ...rest }: ButtonProps) {
  return <button {...rest} type={type} className={`${buttonClass(look)} ${className}`} />
}

interface IconButtonProps extends Omit<ButtonProps, 'aria-label' | 'children'> {
  /** Accessible name, also shown as a tooltip. */
  readonly label: string
  readonly icon: ReactNode
}

export function IconButton({ label, icon, className = '', look = 'quiet', ...rest }: IconButtonProps) {
  return (
    <Button {...rest} look={look} aria-label={label} title={label} className={`!px-0 size-8 ${className}`}>
      {icon}
    </Button>
  )
}
