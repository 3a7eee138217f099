/** The user's settings for the look of the page, kept in this browser. */
import { atom } from 'nanostores'
import { ROWS_COOKIE } from '../contract/endpoints.ts'
import { usualPageSizes } from '../contract/search.ts'
import { load, save, tellHost } from './storage.ts'

export const themes = ['system', 'light', 'dark'] as const
export type Theme = (typeof themes)[number]

export const densities = ['compact', 'comfortable'] as const
export type Density = (typeof densities)[number]

const stored = <T extends string>(name: string, values: readonly T[], fallback: T): T =>
  values.find((value) => value === load(name)) ?? fallback

export const theme = atom<Theme>(stored('theme', themes, 'system'))
export const density = atom<Density>(stored('density', densities, 'compact'))

/** The rows on a page that the user chose last, for views that start without an address; null until then. */
export const rowsPerPage = atom<number | null>(
  usualPageSizes.find((count) => String(count) === load('rows-per-page')) ?? null,
)

/**
 * Sets the preferences on the document before the first paint, and whenever they change.
 * @param portalTheme the theme that the portal asks for; with `system`, the user's own theme applies.
 */
export function applyPrefs(portalTheme: Theme = 'system'): void {
  const { dataset } = document.documentElement
  dataset.theme = portalTheme === 'system' ? theme.get() : portalTheme
  dataset.density = density.get()
}

export function setTheme(value: Theme): void {
  theme.set(value)
  save('theme', value)
  applyPrefs()
}

export function setDensity(value: Density): void {
  density.set(value)
  save('density', value)
  applyPrefs()
}

export function setRowsPerPage(value: number): void {
  rowsPerPage.set(value)
  save('rows-per-page', String(value))
  // The host names the request of the page's next start.
  tellHost(ROWS_COOKIE, String(value))
}
