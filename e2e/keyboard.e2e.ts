import type { Page } from 'playwright'
import { expect, test } from './fixtures.ts'
import {
  address,
  historyLength,
  openList,
  results,
  rowLinks,
  settled,
  watchListRequests,
} from './page-objects.ts'

/** The name of the focused element, roughly as assistive technology reads it. */
const focused = (page: Page): Promise<string> =>
  page.evaluate(() => {
    const element = document.activeElement
    if (!(element instanceof HTMLElement) || element === document.body) return ''
    const labels =
      element instanceof HTMLInputElement || element instanceof HTMLSelectElement ? element.labels : null
    const label = labels?.[0]?.textContent ?? element.textContent ?? ''
    return (element.getAttribute('aria-label') ?? label).trim()
  })

/** All elements that Tab reaches in one round, in order. */
async function walk(page: Page, atMost: number): Promise<string[]> {
  const names: string[] = []
  for (let step = 0; step < atMost; step += 1) {
    await page.keyboard.press('Tab')
    const name = await focused(page)
    if (name === '') break
    names.push(name)
  }
  return names
}

const search = 'startTime=between:2018-11-01T00:00:00Z;2018-11-02T00:00:00Z&pageSize=5&page=1'

test('Tab alone reaches everything that can be used', async ({ page }) => {
  await openList(page, search)
  const reached = await walk(page, 60)
  for (const name of [
    'Skip to the recordings',
    'Recordings Dashboard',
    'Time zone',
    'Account',
    'Period',
    'Calendar',
    'From',
    'To',
    'Match',
    'Remote number',
    'Owner',
    'Any',
    'More filters',
    'Clear filters',
    'Refresh',
    'Copy link',
    'Page',
    'First page',
    'Previous page',
    'Next page',
    'Last page',
  ]) {
    expect(reached, `reached by Tab: ${name}`).toContain(name)
  }
  expect(reached.some((name) => name.startsWith('Rows per page'))).toBe(true)
  expect(reached.filter((name) => /^\d{13}$/.test(name))).toEqual(await rowLinks(page).allTextContents())
})

test('the focus can be seen, and the skip link leads to the recordings', async ({ page }) => {
  await openList(page, search)
  await page.keyboard.press('Tab')
  await page.keyboard.press('Tab')
  const outline = await page.evaluate(() => {
    const style = getComputedStyle(document.activeElement ?? document.body)
    return { width: style.outlineWidth, style: style.outlineStyle }
  })
  expect(outline).toEqual({ width: '2px', style: 'solid' })
  await page.keyboard.press('Shift+Tab')
  await expect(page.getByRole('link', { name: 'Skip to the recordings' })).toBeInViewport()
  await page.keyboard.press('Enter')
  await expect(page.getByRole('main')).toBeFocused()
  expect(new URL(page.url()).hash).toBe('')
  await page.keyboard.press('Tab')
  expect(await focused(page)).toBe('Remove Started 2018-11-01 01:00 – 2018-11-02 01:00')
})

test('a recording can be opened and left by keyboard alone, and the focus returns to its row', async ({
  page,
}) => {
  await openList(page, search)
  await rowLinks(page).nth(2).focus()
  const reference = await focused(page)
  await page.keyboard.press('Enter')
  const heading = page.getByRole('heading', { level: 1 })
  await expect(heading).toHaveText(`Recording ${reference}`)
  await expect(heading).toBeFocused()
  await page.keyboard.press('Shift+Tab')
  await page.keyboard.press('Shift+Tab')
  await page.keyboard.press('Shift+Tab')
  await expect(page.getByRole('link', { name: 'Back to results' })).toBeFocused()
  await page.keyboard.press('Enter')
  await expect(page.getByRole('link', { name: reference, exact: true })).toBeFocused()
})

test('everything about a recording is reached by Tab', async ({ page }) => {
  await page.goto('/recordings/75A90276-E47E-4e9e-B463-E3C743D5FF3A?direction=1')
  await expect(page.getByText('Recording group')).toBeVisible()
  const reached = await walk(page, 25)
  for (const name of ['Copy reference', 'Copy link', 'Play', 'Position', 'Speed', 'Mute', 'Download']) {
    expect(reached).toContain(name)
  }
  expect(reached).toContain('Technical facts')
})

test('the keyboard alone sets and clears filters, and turns pages', async ({ page }) => {
  await openList(page)
  const radio = page.getByRole('radio', { name: 'Any' })
  await radio.focus()
  await page.keyboard.press('ArrowDown')
  await expect(page.getByRole('radio', { name: 'Incoming' })).toBeChecked()
  await expect.poll(() => address(page)).toBe('/recordings?direction=1')
  await settled(page)
  await page.getByRole('form', { name: 'Filters' }).getByRole('button', { name: 'Clear filters' }).focus()
  await page.keyboard.press('Enter')
  await expect.poll(() => address(page)).toBe('/recordings')
  await settled(page)

  await page.getByRole('button', { name: 'Next page' }).focus()
  await page.keyboard.press('Enter')
  await expect(results(page)).toHaveText(/^51–100 of /)
  await expect(page.getByRole('button', { name: 'Next page' })).toBeFocused()
})

test('the focus is never lost with the button that was pressed', async ({ page }) => {
  const body = () => page.evaluate(() => document.activeElement === document.body)
  await openList(page, 'ownerUsername=nobody-at-all&direction=1')
  await page.getByRole('button', { name: 'Remove Owner', exact: true }).focus()
  await page.keyboard.press('Enter')
  await expect(results(page)).toHaveText(/^1–50 of /)
  expect(await body()).toBe(false)
  // The next Tab leads into the rows that have come instead.
  await page.keyboard.press('Tab')
  await expect(rowLinks(page).first()).toBeFocused()

  const clear = page.getByRole('form', { name: 'Filters' }).getByRole('button', { name: 'Clear filters' })
  await clear.focus()
  await page.keyboard.press('Enter')
  await expect.poll(() => address(page)).toBe('/recordings')
  await settled(page)
  await expect(clear).toBeFocused()
  await expect(clear).toBeDisabled()
})

test('the pager keeps the focus on a step that has come to its end', async ({ page }) => {
  await openList(page, 'startTime=between:2018-11-01T00:00:00Z;2018-11-02T00:00:00Z')
  const next = page.getByRole('button', { name: 'Next page' })
  await next.focus()
  await page.keyboard.press('Enter')
  await expect(results(page)).toHaveText('51–64 of 64')
  await expect(next).toBeFocused()
  await expect(next).toBeDisabled()
  await page.keyboard.press('Enter')
  await page.keyboard.press('Tab')
  expect(await focused(page)).toBe('Last page')
  await expect(results(page)).toHaveText('51–64 of 64')
})

/** Whether the focused element is on top, not under the table's head. */
const isOnTop = (page: Page): Promise<boolean> =>
  page.evaluate(() => {
    const link = document.activeElement
    const { left, top, width, height } = link?.getBoundingClientRect() ?? new DOMRect()
    return link?.contains(document.elementFromPoint(left + width / 2, top + height / 2)) === true
  })

test('the table’s head never hides the focused element', async ({ page }) => {
  await openList(page, 'pageSize=25')
  for (const width of [320, 720, 1440]) {
    await test.step(`at ${width} px`, async () => {
      await page.setViewportSize({ width, height: 600 })
      await rowLinks(page).last().focus()
      for (let back = 0; back < 24; back += 1) {
        await page.keyboard.press('Shift+Tab')
        expect(await isOnTop(page), `row ${24 - back} at ${width} px`).toBe(true)
      }
    })
  }
})

test('walking through choices by arrow keys makes one search and one entry of the history', async ({
  page,
}) => {
  for (const [name, keys, led] of [
    ['Period', ['ArrowDown', 'ArrowDown', 'ArrowDown'], '/recordings?startTime=on:last-7-days'],
    ['Any', ['ArrowDown', 'ArrowDown', 'ArrowDown', 'ArrowUp'], '/recordings?startTime=on:2018&direction=2'],
  ] as const) {
    await test.step(name, async () => {
      await openList(page, name === 'Period' ? '' : 'startTime=on:2018')
      const entries = await historyLength(page)
      const asked = watchListRequests(page)
      await (name === 'Any' ? page.getByRole('radio', { name }) : page.getByLabel(name)).first().focus()
      for (const key of keys) await page.keyboard.press(key)
      await expect.poll(() => address(page)).toBe(led)
      await settled(page)
      expect(asked).toHaveLength(1)
      expect(await historyLength(page)).toBe(entries + 1)

      // Going on within the same visit replaces the entry, and leaving the field applies at once.
      await page.keyboard.press('ArrowUp')
      await page.keyboard.press('Tab')
      await expect.poll(() => address(page)).not.toBe(led)
      expect(await historyLength(page)).toBe(entries + 1)
    })
  }
})
