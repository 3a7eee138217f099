/** Actions and views of a user, by role and name. */
import type { Locator, Page, Request } from 'playwright'
import { expect } from 'playwright/test'

/** Fills in and sends the form. The caller checks the outcome. */
export async function fillSignIn(page: Page, username: string, password = 'demo'): Promise<void> {
  await page.getByRole('textbox', { name: 'Username' }).fill(username)
  await page.getByRole('textbox', { name: 'Password' }).fill(password)
  await page.getByRole('button', { name: 'Sign in', exact: true }).click()
}

export const results = (page: Page): Locator => page.getByRole('status', { name: 'Results' })
export const table = (page: Page): Locator => page.getByRole('table', { name: 'Recordings' })
export const filters = (page: Page): Locator => page.getByRole('form', { name: 'Filters' })
/** One of the two date ranges of the form. */
export const range = (page: Page, name: 'Started' | 'Ended'): Locator =>
  filters(page).getByRole('group', { name })
export const period = (page: Page): Locator =>
  range(page, 'Started').getByRole('combobox', { name: 'Period' })
export const remoteNumber = (page: Page): Locator =>
  filters(page).getByRole('textbox', { name: 'Remote number' })
export const owner = (page: Page): Locator => filters(page).getByRole('combobox', { name: 'Owner' })
/** The suggestions below the focused field of a combobox. */
export const suggestions = (page: Page, name: 'Owner' | 'Time zone'): Locator =>
  page.getByRole('listbox', { name }).getByRole('option')
/** Chooses the zone that the text finds first, by the keyboard. */
export async function chooseZone(page: Page, text: string): Promise<void> {
  await page.getByRole('button', { name: 'Time zone' }).click()
  await page.getByRole('combobox', { name: 'Time zone' }).fill(text)
  await page.keyboard.press('Enter')
  await expect(page.getByRole('dialog', { name: 'Time zone' })).toBeHidden()
}
/** How the table names the demo's agent: by name where the host knows it, and else by username. */
export const agentInRow = /^(Neri, Bruno|agent)$/
/** Waits for the checked radio, because the address sets it a moment after the press. */
export async function chooseDirection(page: Page, name: string): Promise<void> {
  const radio = filters(page).getByRole('radio', { name })
  await radio.click()
  await expect(radio).toBeChecked()
}

/** The rows of recordings, without the head and the separators of days. */
export const rows = (page: Page): Locator =>
  table(page)
    .getByRole('row')
    .filter({ has: page.getByRole('cell') })

/** Opens the menu of the account. */
export async function openAccount(page: Page): Promise<Locator> {
  await page.getByRole('button', { name: 'Account' }).click()
  return page.getByRole('dialog', { name: 'Account' })
}

export async function leave(page: Page): Promise<void> {
  const menu = await openAccount(page)
  await menu.getByRole('button', { name: 'Sign out' }).click()
}

/** Chooses a look in the account menu, and closes the menu. */
export async function chooseLook(page: Page, group: 'Theme' | 'Density', name: string): Promise<void> {
  const menu = await openAccount(page)
  await menu.getByRole('radiogroup', { name: group }).getByRole('radio', { name }).check()
  await page.keyboard.press('Escape')
  await expect(menu).toBeHidden()
}

/** The links of the rows, named by their references. */
export const rowLinks = (page: Page): Locator => table(page).getByRole('link')

/** Waits until the list shows the answer for its address. */
export async function settled(page: Page): Promise<void> {
  await expect(results(page)).toHaveText(/ of /)
  await expect(page.locator('.table-pane')).toHaveAttribute('aria-busy', 'false')
  await expect(page.locator('table[aria-busy]')).toHaveCount(0)
}

/** Opens a search by its address, as a bookmark does. */
export async function openList(page: Page, search = ''): Promise<void> {
  await page.goto(search === '' ? '/recordings' : `/recordings?${search}`)
  await settled(page)
}

export type TableRow = Readonly<Record<string, string>>

/** Reads the table as rows of header → cell. `seen` omits text for screen readers, `heard` text for the eye only. */
async function readTable(page: Page, sense: 'seen' | 'heard'): Promise<TableRow[]> {
  return table(page).evaluate((element, wanted) => {
    const left = wanted === 'seen' ? '.sr-only' : '[aria-hidden="true"]'
    const textOf = (cell: Element): string => {
      const label = cell.getAttribute('aria-label')
      if (wanted === 'heard' && label !== null) return label
      const copy = cell.cloneNode(true) as Element
      for (const hidden of copy.querySelectorAll(left)) hidden.remove()
      return (copy.textContent ?? '').replaceAll(/\s+/g, ' ').trim()
    }
    const headers = [...element.querySelectorAll('[role="columnheader"]')].map(textOf)
    const bodyRows = [...element.querySelectorAll('[role="row"]')].filter(
      (row) => row.querySelector('[role="cell"]') !== null,
    )
    return bodyRows.map((row) => {
      const cells = [...row.querySelectorAll('[role="cell"]')].map(textOf)
      return Object.fromEntries(headers.map((header, index) => [header, cells[index] ?? '']))
    })
  }, sense)
}

export const tableRows = (page: Page): Promise<TableRow[]> => readTable(page, 'seen')
export const spokenRows = (page: Page): Promise<TableRow[]> => readTable(page, 'heard')

export async function references(page: Page): Promise<string[]> {
  return (await tableRows(page)).map((row) => row.Reference ?? '')
}

const LIST = /\/fw\/Apps\/Recorder\/WebAPI\/Recordings\?/

export const isListRequest = (request: Request): boolean => LIST.test(request.url())

/** The decoded queries of all list requests from now on, in order. */
export function watchListRequests(page: Page): URLSearchParams[] {
  const asked: URLSearchParams[] = []
  page.on('request', (request) => {
    if (isListRequest(request)) asked.push(new URL(request.url()).searchParams)
  })
  return asked
}

/** The page and the purpose of all list requests from now on, in order. */
export function watchPurposes(page: Page): string[] {
  const asked: string[] = []
  page.on('request', (request) => {
    if (!isListRequest(request)) return
    const number = new URL(request.url()).searchParams.get('page')
    asked.push(`${number} ${request.headers()['search-purpose'] ?? 'search'}`)
  })
  return asked
}

/** The page's address without its origin. */
export const address = (page: Page): string => page.url().slice(new URL(page.url()).origin.length)

export const historyLength = (page: Page): Promise<number> => page.evaluate(() => history.length)
