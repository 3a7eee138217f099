import { Calendar } from 'lucide-react'
import { lazy, Suspense, useState, type ComponentType, type FocusEventHandler, type Ref } from 'react'
import { useText } from '../text/i18n.ts'
import { filterText } from '../text/list-text.ts'
import { Button, IconButton } from '../ui/button.tsx'
import { Dialog } from '../ui/dialog.tsx'
import type { TimeCalendarProps } from './time-calendar.tsx'

/** Takes the place of a calendar whose code could not be loaded. */
function CalendarMissing({ onClose }: TimeCalendarProps) {
  const t = useText(filterText)
  return (
    <div className="flex flex-col gap-3">
      <p role="alert">{t.calendarMissing}</p>
      <Button onClick={onClose}>{t.calendarClose}</Button>
    </div>
  )
}

/** Each dialog loads the calendar for itself, so that a failed load is tried again when it is next opened. */
const loading = () =>
  lazy(async (): Promise<{ default: ComponentType<TimeCalendarProps> }> => {
    try {
      return { default: (await import('./time-calendar.tsx')).TimeCalendar }
    } catch {
      return { default: CalendarMissing }
    }
  })

function CalendarDialog({ label, ...props }: TimeCalendarProps & { readonly label: string }) {
  const t = useText(filterText)
  const [Loaded] = useState(loading)
  return (
    <Dialog
      label={t.calendarOf({ filter: label })}
      onClose={props.onClose}
      className="m-auto max-w-[calc(100%-1rem)] rounded-xl border border-line p-4"
    >
      <Suspense fallback={<p className="text-muted">{t.calendarLoading}</p>}>
        <Loaded {...props} />
      </Suspense>
    </Dialog>
  )
}

interface CalendarButtonProps extends TimeCalendarProps {
  /** The name of the group of fields. */
  readonly label: string
  readonly open: boolean
  readonly onOpen: () => void
  readonly ref: Ref<HTMLButtonElement>
  readonly onBlur: FocusEventHandler
}

/** Opens the calendar, which is loaded then. */
export function CalendarButton({ open, onOpen, ref, onBlur, ...props }: CalendarButtonProps) {
  const t = useText(filterText)
  return (
    <>
      <IconButton
        ref={ref}
        look="plain"
        className="!size-9 shrink-0"
        label={t.calendar}
        icon={<Calendar size={16} aria-hidden />}
        aria-haspopup="dialog"
        onClick={onOpen}
        onBlur={onBlur}
      />
      {open ? <CalendarDialog {...props} /> : null}
    </>
  )
}
