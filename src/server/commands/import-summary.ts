/** Summarises a finished import. */
import type { ImportResult } from '../sources/archive/import-reading.ts'

/** How many names of unused files to show. The report has all of them. */
const NAMES_SHOWN = 3

/** Writes `1,234,567`. */
export const withCommas = (count: number): string => count.toLocaleString('en')

const counted = (count: number, one: string, many: string): string =>
  `${withCommas(count)} ${count === 1 ? one : many}`

function imported(
  { added, updated, withAudio, withoutAudio, skipped }: ImportResult,
  seconds: number,
): string {
  const rate = Math.round((added + updated + skipped) / Math.max(seconds, 0.001))
  const parts = [
    `${withCommas(added)} added`,
    `${withCommas(updated)} updated`,
    ...(withAudio > 0 ? [`${withCommas(withAudio)} with audio`] : []),
    ...(withoutAudio > 0 ? [`${withCommas(withoutAudio)} without audio`] : []),
    ...(skipped > 0 ? [`${withCommas(skipped)} left out`] : []),
  ]
  return `Imported: ${parts.join(', ')}; ${seconds.toFixed(1)} s, ${withCommas(rate)} recordings a second.`
}

function unused(names: readonly string[], mediaDir: string): string {
  const shown = names.slice(0, NAMES_SHOWN).join(', ')
  const more = names.length > NAMES_SHOWN ? ', …' : ''
  const files = counted(names.length, 'file', 'files')
  return `${files} in ${mediaDir} ${names.length === 1 ? 'belongs' : 'belong'} to no recording that was imported: ${shown}${more}`
}

/** The command's arguments that the summary mentions. */
export interface ImportedAs {
  readonly mediaDir: string | undefined
  readonly reading: { readonly zone: unknown }
}

/** @returns one line for standard output, and warnings for the operator. */
export function tellImport(
  result: ImportResult,
  seconds: number,
  { mediaDir = '', reading }: ImportedAs,
): { said: string; warned: string[] } {
  const { reasons, skipped, unusedAudio, zoneless, accounts, reportFile } = result
  const warned = reasons.map((reason) => `Left out: ${reason}`)
  if (skipped > reasons.length) warned.push(`… and ${withCommas(skipped - reasons.length)} more.`)
  if (unusedAudio.length > 0) warned.push(unused(unusedAudio, mediaDir))
  if (reportFile !== null) warned.push(`All of this is in ${reportFile}.`)
  if (zoneless > 0 && reading.zone === null) {
    const times = counted(zoneless, 'start time has', 'start times have')
    warned.push(
      `${times} no offset and counted as UTC. If they are local times, run the import again with --tz, such as --tz Europe/Rome.`,
    )
  }
  if (accounts === 0) warned.push('Nobody may sign in yet: npm run user -- add NAME --role manager')
  return { said: imported(result, seconds), warned }
}
