import { useMemo, useState } from 'react'
import { hostNow } from '../api/boot.ts'
import { writeOffset } from '../contract/instants.ts'
import { searchZones, zoneCity } from '../lib/zone-search.ts'
import { offsetMinutesAt, zoneNames } from '../lib/zones.ts'
import { useText } from '../text/i18n.ts'
import { shellText } from '../text/shell-text.ts'
import { Button } from '../ui/button.tsx'
import { Combobox } from '../ui/combobox.tsx'
import { Dialog } from '../ui/dialog.tsx'

/** A browser knows over 400 zones, and more options than these would only be scrolled past. */
const AT_MOST = 50

interface ZoneDialogProps {
  /** The zone that the address names, or null for the browser's. */
  readonly zone: string | null
  readonly ownZone: string
  /** Gets null for the browser's own zone. */
  readonly onPick: (zone: string | null) => void
  readonly onClose: () => void
}

/** The zones to choose from: the browser's own first, then the page's, then all others. */
const orderedZones = (ownZone: string, zone: string | null): string[] => [
  ...new Set([ownZone, ...(zone === null ? [] : [zone]), ...zoneNames()]),
]

/** Finds a zone by its city, region or offset. */
export function ZoneDialog({ zone, ownZone, onPick, onClose }: ZoneDialogProps) {
  const t = useText(shellText)
  const [text, setText] = useState('')
  const [nowMs] = useState(hostNow)
  const found = useMemo(
    () => searchZones(orderedZones(ownZone, zone), text, (name) => writeOffset(offsetMinutesAt(nowMs, name))),
    [ownZone, zone, text, nowMs],
  )
  const shown = found.slice(0, AT_MOST)
  const pick = (name: string): void => onPick(name === ownZone ? null : name)
  const words = found.length === 0 ? t.noZone : found.length > AT_MOST ? t.moreZones : t.zones(found.length)
  return (
    <Dialog label={t.zone} onClose={onClose} className="m-auto w-md max-w-[calc(100%-2rem)] rounded-xl p-5">
      <Combobox
        standing
        label={t.zone}
        inputValue={text}
        options={shown.map((name) => ({
          key: name,
          content: (
            <>
              <span>
                <span className="font-medium">{zoneCity(name)}</span>
                <span className="text-muted">
                  {' · '}
                  {name}
                  {name === ownZone ? ` ${t.ownZone}` : null}
                </span>
              </span>
              <span>{writeOffset(offsetMinutesAt(nowMs, name))}</span>
            </>
          ),
        }))}
        words={<span className="combo-words">{words}</span>}
        onInput={setText}
        onPick={pick}
        onEnter={() => {}}
      />
      <Button className="mt-3" onClick={onClose}>
        {t.close}
      </Button>
    </Dialog>
  )
}
