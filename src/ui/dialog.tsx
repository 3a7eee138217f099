import { useEffectEvent, useLayoutEffect, useRef, type ReactNode } from 'react'

interface DialogProps {
  readonly label: string
  readonly children: ReactNode
  /** Called on Esc. Without it the dialog stays. */
  readonly onClose?: (() => void) | undefined
  readonly className?: string
}

/** A modal dialog. It is open while it is rendered, and then returns the focus. */
export function Dialog({ label, children, onClose, className = '' }: DialogProps) {
  const ref = useRef<HTMLDialogElement>(null)
  const cancel = useEffectEvent((event: Event) => {
    event.preventDefault()
    onClose?.()
  })
  // The browser returns the focus only if the dialog closes while it is still in the document.
  useLayoutEffect(() => {
    const dialog = ref.current
    // Browsers let a page prevent only so many Escs, and then close the dialog all the same.
    const stay = (): void => dialog?.showModal()
    dialog?.showModal()
    dialog?.addEventListener('cancel', cancel)
    dialog?.addEventListener('close', stay)
    return () => {
      dialog?.removeEventListener('cancel', cancel)
      dialog?.removeEventListener('close', stay)
      dialog?.close()
    }
  }, [])
  return (
    <dialog ref={ref} aria-label={label} className={`bg-raised text-ink backdrop:bg-black/40 ${className}`}>
      {children}
    </dialog>
  )
}
