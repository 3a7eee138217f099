/** A row as a link, as text to select and copy, and as a place for what can be done with it. */
import type { Locator, Page } from 'playwright'
import { expect, test } from './fixtures.ts'
import { address, openList, results, rowLinks, rows, settled, table } from './page-objects.ts'

/** Two recordings with known values; the first is incoming, from 980200, of user1. */
const example =
  'page=1&pageSize=2&startTime=between:2018-11-01T00:00:00Z;2018-11-02T00:00:00Z&remotePartyNumber=contains:02&direction=1'

test.use({ permissions: ['clipboard-read', 'clipboard-write'] })

const clipboard = (page: Page): Promise<string> => page.evaluate(() => navigator.clipboard.readText())
const cell = (page: Page, text: string): Locator => table(page).getByRole('cell', { name: text })

test('Ctrl and the middle button open a tab anywhere on a row, and a press opens the recording here', async ({
  page,
  context,
}) => {
  await openList(page, example)
  for (const press of [
    () => cell(page, '980200').click({ modifiers: ['ControlOrMeta'] }),
    () => cell(page, 'Incoming').first().click({ button: 'middle' }),
  ]) {
    const opened = context.waitForEvent('page')
    await press()
    const tab = await opened
    await expect(tab.getByRole('heading', { level: 1 })).toHaveText(/^Recording 2017\d+$/)
    await tab.close()
    await expect(results(page)).toBeVisible()
  }
  await cell(page, '980200').click()
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Recording 2017000000175')
})

test('a double-click selects a text, and a copied row holds only what is seen', async ({ page }) => {
  await openList(page, example)
  await cell(page, '980200').dblclick({ position: { x: 30, y: 12 } })
  await expect.poll(() => page.evaluate(() => getSelection()?.toString().trim())).toBe('980200')
  // A timer of the page that is set later ends later than the one that would open the row.
  await page.evaluate(() => new Promise((done) => setTimeout(done, 250)))
  await expect(results(page)).toBeVisible()

  await rows(page)
    .first()
    .evaluate((row) => getSelection()?.selectAllChildren(row))
  await page.keyboard.press('ControlOrMeta+c')
  expect((await clipboard(page)).trim().replaceAll(/\s+/g, ' ')).toBe(
    '15:39:15 16:39:15 there (+02:00) 1:32 Incoming 980200 Primo, Ugo 229 2017000000175',
  )
})

test('the row under the pointer or with the focus offers its tools, and Esc closes only them', async ({
  page,
}) => {
  await openList(page, example)
  const tools = page.getByRole('toolbar', { name: 'This recording' })
  // Numbers that are looked for show where they match.
  await expect(rows(page).nth(1).locator('mark')).toHaveText(['02'])
  await cell(page, '980200').hover()
  await expect(tools.getByRole('button')).toHaveCount(4)
  await tools.getByRole('button', { name: 'Copy number 980200' }).click()
  await expect.poll(() => clipboard(page)).toBe('980200')
  await tools.getByRole('button', { name: /^Copy link to / }).click()
  await expect
    .poll(() => clipboard(page))
    .toMatch(/^http:.*\/recordings\/75A90276.*&direction=1&page=1&pageSize=2$/i)

  // A press does not hold the tools: they follow the pointer.
  await rows(page).nth(1).hover()
  await expect(rows(page).nth(1).getByRole('toolbar')).toBeVisible()
  await expect(tools).toHaveCount(1)

  await page.mouse.move(0, 0)
  await rowLinks(page).nth(1).focus()
  await expect(tools).toBeVisible()
  await page.keyboard.press('Escape')
  await expect(tools).toHaveCount(0)
  await expect(rowLinks(page).nth(1)).toBeFocused()

  await page.keyboard.press('ArrowUp')
  await expect(rowLinks(page).first()).toBeFocused()
  await page.keyboard.press('Tab')
  for (const key of ['ArrowRight', 'Enter']) await page.keyboard.press(key)
  await expect.poll(() => address(page)).toContain('remotePartyNumber=980200')
  await settled(page)
  await expect(table(page).locator('mark')).toHaveCount(0)
})

test('Copy link gives the address of the search, and rows per page are remembered', async ({
  page,
  context,
}) => {
  await openList(page, example)
  await page.getByRole('button', { name: 'Copy link' }).click()
  await expect.poll(() => clipboard(page)).toBe(page.url())
  await page.getByRole('combobox', { name: 'Rows per page' }).selectOption('25')
  await settled(page)
  await page.goto('/')
  await settled(page)
  expect(address(page)).toBe('/recordings?startTime=on:last-7-days&pageSize=25')
  await expect(page).toHaveTitle('Last 7 days – Recordings')

  // The cookie ends with the browser, and the page tells the host again.
  const told = async () => (await context.cookies()).find(({ name }) => name === 'rows')?.value
  expect(await told()).toBe('25')
  await context.clearCookies({ name: 'rows' })
  await page.reload()
  await expect.poll(told).toBe('25')
})

test('a page is jumped to by its number, and a wrong number says what there is', async ({ page }) => {
  await openList(page, 'startTime=between:2018-11-01T00:00:00Z;2018-11-02T00:00:00Z&pageSize=25&page=40')
  const field = page.getByRole('textbox', { name: 'Page', exact: true })
  // The address asks for a page beyond the last.
  await expect(field).toHaveValue('')
  await field.fill('9')
  await field.press('Enter')
  expect(await field.evaluate((input: HTMLInputElement) => input.validationMessage)).toBe(
    'There are 3 pages. Type a number from 1 to 3.',
  )
  await expect(field).toHaveValue('9')
  await field.press('Tab')
  expect(await field.evaluate((input: HTMLInputElement) => input.validity.valid)).toBe(true)
  await field.fill('2')
  await field.press('Enter')
  await expect(results(page)).toHaveText('26–50 of 64')
})

test('a typed number is cleaned, and other ways to write it are offered', async ({ page }) => {
  await openList(page)
  const number = page.getByRole('textbox', { name: 'Remote number' })
  await number.fill('tel:+39 055 717-7313')
  await number.press('Enter')
  await expect.poll(() => address(page)).toBe('/recordings?remotePartyNumber=contains:%2B390557177313')
  await page.getByRole('button', { name: '0557177313', exact: true }).click()
  await expect.poll(() => address(page)).toBe('/recordings?remotePartyNumber=contains:0557177313')
})

test('the row opened last is marked, for assistive technology and in forced colours', async ({ page }) => {
  await openList(page, example)
  await rowLinks(page).nth(1).click()
  await page.getByRole('link', { name: 'Back to results' }).click()
  const row = rows(page).nth(1)
  await expect(row).toHaveAttribute('aria-current', 'true')
  await expect(rowLinks(page).nth(1)).toBeFocused()
  await page.emulateMedia({ forcedColors: 'active' })
  await expect(row.getByRole('cell').first()).toHaveCSS('outline-style', 'solid')
  await expect(rows(page).first().getByRole('cell').first()).toHaveCSS('outline-style', 'none')
})

test('a wide screen shows facts of the chosen row, and asks nothing for them', async ({ page }) => {
  await page.setViewportSize({ width: 1920, height: 1080 })
  await openList(page, example)
  const asked: string[] = []
  page.on('request', (request) => asked.push(request.url()))
  const preview = page.getByRole('region', { name: 'Preview' })
  await expect(preview).toContainText('980200 called Primo, Ugo')
  await rowLinks(page).nth(1).focus()
  await expect(preview).toContainText('+390244548866 called Secondi, Ada')
  await cell(page, '980200').hover()
  await expect(preview).toContainText('2017000000175')
  expect(asked.filter((url) => !url.includes('/assets/'))).toEqual([])
  await preview.getByRole('link', { name: 'Open recording' }).click()
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Recording 2017000000175')
})
