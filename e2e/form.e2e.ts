/** What the form and the pager keep while somebody types, leaves a field, goes back or works by keys. */
import type { Page } from 'playwright'
import { expect, test } from './fixtures.ts'
import {
  address,
  filters,
  historyLength,
  openList,
  owner,
  period,
  range,
  remoteNumber,
  settled,
} from './page-objects.ts'

const hasFocus = (page: Page): Promise<boolean> =>
  page.evaluate(() => document.activeElement !== document.body)

test('a filter among the further ones stays while its value is replaced', async ({ page }) => {
  await openList(page, 'startTime=on:last-7-days&localPartyNumber=218')
  const number = filters(page).getByRole('textbox', { name: 'Local number' })
  await number.press('End')
  for (const key of ['Backspace', 'Backspace', 'Backspace']) await page.keyboard.press(key)
  await expect.poll(() => address(page)).toBe('/recordings?startTime=on:last-7-days')
  await expect(number).toBeFocused()
  await page.keyboard.type('219')
  await expect.poll(() => address(page)).toBe('/recordings?startTime=on:last-7-days&localPartyNumber=219')
  await filters(page).getByRole('button', { name: 'More filters' }).click()
  await expect(number).toBeHidden()
})

test('Custom starts with its bound selected, and ends with its value', async ({ page }) => {
  await openList(page, 'startTime=on:yesterday')
  await period(page).selectOption('Custom')
  await expect(range(page, 'Started').getByRole('textbox', { name: 'From' })).toBeFocused()
  await page.keyboard.type('14:30')
  await page.keyboard.press('Enter')
  await expect.poll(() => address(page)).toContain('2026-11-22T14:30')
  await page.goBack()
  await page.goBack()
  await expect.poll(() => address(page)).toBe('/recordings?startTime=on:yesterday')
  await expect(period(page)).toHaveValue('on:yesterday')
  await period(page).selectOption('Custom')
  await expect.poll(() => address(page)).toContain('startTime=between:')
  await page.goBack()
  await expect(period(page)).toHaveValue('on:yesterday')
  // Custom was chosen for the next value, but nobody chooses it now.
  await remoteNumber(page).focus()
  await page.evaluate(() => history.forward())
  await expect.poll(() => address(page)).toContain('startTime=between:2026-11-22T00:00')
  await settled(page)
  await expect(remoteNumber(page)).toBeFocused()
})

test('an owner that is deleted is gone when the field is left, and a text that is no name drops no focus', async ({
  page,
}) => {
  await openList(page, 'ownerUsername=mrossi')
  await owner(page).fill('')
  await page.keyboard.press('Tab')
  await expect.poll(() => address(page)).toBe('/recordings')
  expect(await hasFocus(page)).toBe(true)
  await owner(page).fill('ross')
  await page.keyboard.press('Tab')
  await expect(owner(page)).toHaveValue('')
  expect(await hasFocus(page)).toBe(true)
  await owner(page).fill('Rossi, Maria · mrossi')
  await page.keyboard.press('Enter')
  await expect.poll(() => address(page)).toBe('/recordings?ownerUsername=mrossi')
})

test('rows per page by arrow keys are one search and one entry of the history', async ({ page }) => {
  await openList(page)
  const before = await historyLength(page)
  await page.getByRole('combobox', { name: 'Rows per page' }).focus()
  for (const key of ['ArrowDown', 'ArrowDown']) await page.keyboard.press(key)
  await expect.poll(() => address(page)).toBe('/recordings?pageSize=200')
  expect(await historyLength(page)).toBe(before + 1)
})

test('the next page is that of the rows: a press while another search is on its way turns none', async ({
  page,
}) => {
  await openList(page, 'startTime=on:last-7-days')
  await remoteNumber(page).fill('055717')
  await page.getByRole('button', { name: 'Next page' }).click()
  await settled(page)
  expect(address(page)).toBe('/recordings?startTime=on:last-7-days&remotePartyNumber=contains:055717')
})

test('the drawer stays open over a time that could not be applied', async ({ page }) => {
  await page.setViewportSize({ width: 1024, height: 768 })
  await openList(page, 'startTime=on:last-7-days')
  await page.getByRole('button', { name: /^Filters/ }).click()
  const from = range(page, 'Started').getByRole('textbox', { name: 'From' })
  const show = page.getByRole('button', { name: /^Show \d+ recordings$/ })
  await from.fill('14:30')
  await show.click()
  await expect(from).toBeFocused()
  await expect(range(page, 'Started')).toContainText('Which day?')
  await from.fill('mon 8:00')
  await show.click()
  await expect(filters(page)).toBeHidden()
  await expect.poll(() => address(page)).toContain('startTime=after:2026-11-23T08:00:00')
})

test('the wheel scrolls to the chips beyond the line', async ({ page }) => {
  await page.setViewportSize({ width: 1280, height: 800 })
  await openList(
    page,
    'startTime=between:2026-11-02T09:15:30%2B01:00;2026-11-20T18:45:00%2B01:00&remotePartyNumber=contains:39&ownerUsername=mrossi&direction=1',
  )
  const last = page.getByRole('button', { name: /^Remove Direction/ })
  await expect(last).not.toBeInViewport()
  await page.getByText('Remote number:').hover()
  await page.mouse.wheel(0, 800)
  await expect(last).toBeInViewport()
})
