import { useEffectEvent, useLayoutEffect, useRef, type ReactNode } from 'react'

interface DialogProps {
  readonly label: string
  readonly children: ReactNode
  /** Called when Esc asks to close; without it the dialog stays. */
  readonly onClose?: (() => void) | undefined
  readonly className?: string
}

/** A modal dialog; it is open for as long as it is rendered, and gives the focus back. */
export function Dialog({ label, children, onClose, className = '' }: DialogProps) {
  const ref = useRef<HTMLDialogElement>(null)
  const cancel = useEffectEvent((event: Event) => {
    event.preventDefault()
    onClose?.()
  })
  // Closed while it is still in the document: only then does the browser give the focus back.
  useLayoutEffect(() => {
    const dialog = ref.current
    dialog?.showModal()
    dialog?.addEventListener('cancel', cancel)
    return () => {
      dialog?.removeEventListener('cancel', cancel)
      dialog?.close()
    }
  }, [])
  return (
    <dialog ref={ref} aria-label={label} className={`bg-raised text-ink backdrop:bg-black/40 ${className}`}>
      {children}
    </dialog>
  )
}
