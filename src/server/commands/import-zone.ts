/** The zone of `--tz`. */
import { epochOfWall, wallTime } from '../../lib/zones.ts'
import { UsageError } from './run-command.ts'
import type { ImportZone } from '../sources/archive/import-values.ts'

const MINUTE_MS = 60_000

/**
 * @param name IANA name.
 * @throws UsageError if there is no such zone.
 */
export function importZone(name: string): ImportZone {
  try {
    // Checks the zone: an unknown name throws here.
    wallTime(0, name)
  } catch (error) {
    throw new UsageError(
      `--tz cannot be “${name}”: it takes the name of a zone, such as Europe/Rome or UTC.`,
      { cause: error },
    )
  }
  return {
    name,
    offsetMinutes(wallMs) {
      const wall = new Date(wallMs).toISOString().slice(0, -1)
      const epochMs = epochOfWall(wall, name)
      const isShown = wallTime(epochMs, name) === wall
      const isTwice = epochOfWall(wall, name, true) !== epochMs
      return isShown && !isTwice ? Math.round((wallMs - epochMs) / MINUTE_MS) : null
    },
  }
}
