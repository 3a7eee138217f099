import { Globe } from 'lucide-react'
import { Suspense, useId, useState } from 'react'
import { browserZone } from '../lib/zones.ts'
import { useText } from '../text/i18n.ts'
import { shellText } from '../text/shell-text.ts'
import { IconButton } from '../ui/button.tsx'
import { usePageQuery, useSetZone } from '../url/navigation.tsx'
import { CrashBoundary } from './crash.tsx'
import { MissingDialog } from './missing-dialog.tsx'
import { part } from './part.tsx'

const ZoneDialog = part(async () => (await import('./zone-dialog.tsx')).ZoneDialog)

/** Shows the page's zone, which is kept in the address, and opens the dialog that sets it. */
export function ZoneButton() {
  const t = useText(shellText)
  const { tz } = usePageQuery()
  const setZone = useSetZone()
  const [isOpen, setOpen] = useState(false)
  const zoneId = useId()
  const ownZone = browserZone()
  const close = (): void => setOpen(false)
  return (
    <>
      {/* Beside the button, which a press on it reaches: a control's visible text has to be part of its name. */}
      <span className="relative flex min-w-0 items-center gap-0.5 rounded-md pe-1.5 hover:bg-hover">
        <IconButton
          label={t.zone}
          icon={<Globe size={16} aria-hidden />}
          aria-describedby={zoneId}
          aria-haspopup="dialog"
          className="shrink-0 after:absolute after:inset-0"
          onClick={() => setOpen(true)}
        />
        <span id={zoneId} className="truncate text-muted max-md:sr-only">
          {tz ?? t.browserZone({ zone: ownZone })}
        </span>
      </span>
      {isOpen ? (
        <CrashBoundary back="/" instead={<MissingDialog label={t.zone} onClose={close} />}>
          <Suspense fallback={null}>
            <ZoneDialog
              zone={tz}
              ownZone={ownZone}
              onClose={close}
              onPick={(zone) => {
                close()
                if (zone !== tz) setZone(zone)
              }}
            />
          </Suspense>
        </CrashBoundary>
      ) : null}
    </>
  )
}
