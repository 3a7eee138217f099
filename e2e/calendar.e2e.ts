import type { Locator, Page } from 'playwright'
import { hostFault } from './faulty-host.ts'
import { expect, test } from './fixtures.ts'
import { address, historyLength, openList, range, settled, watchListRequests } from './page-objects.ts'

const button = (page: Page): Locator => range(page, 'Started').getByRole('button', { name: 'Calendar' })
const dialog = (page: Page): Locator => page.getByRole('dialog', { name: 'Started: calendar' })
const day = (page: Page, name: string): Locator => dialog(page).getByRole('button', { name })

const presses = async (page: Page, ...keys: readonly string[]): Promise<void> => {
  for (const key of keys) await page.keyboard.press(key)
}

test('the keyboard chooses days in the page’s zone, in one search and one entry of the history', async ({
  page,
}) => {
  // In Los Angeles it is still the day before the browser's.
  await openList(page, 'tz=America/Los_Angeles')
  const before = await historyLength(page)
  const asked = watchListRequests(page)
  await button(page).focus()
  await page.keyboard.press('Enter')
  await expect(day(page, 'Today, Sunday, 22 November 2026')).toBeFocused()
  await expect(day(page, 'Monday, 23 November 2026')).toBeDisabled()
  await presses(page, 'PageUp', 'Home')
  await expect(day(page, 'Monday, 19 October 2026')).toBeFocused()
  await presses(page, 'PageDown', 'End', 'ArrowUp')
  await expect(day(page, 'Sunday, 15 November 2026')).toBeFocused()
  await presses(page, 'Enter', 'ArrowLeft', 'ArrowLeft')
  await expect(dialog(page).getByRole('status').filter({ hasText: '2026-11-15' })).toHaveText('2026-11-15')
  await presses(page, 'Enter')
  await expect(day(page, 'Saturday, 14 November 2026, selected')).toBeVisible()
  expect(asked).toEqual([])
  await dialog(page).getByRole('button', { name: 'Apply' }).click()
  await expect(dialog(page)).toBeHidden()
  await expect(button(page)).toBeFocused()
  const days = 'startTime=between:2026-11-13T00:00:00-08:00;2026-11-16T00:00:00-08:00'
  await expect.poll(() => address(page)).toBe(`/recordings?${days}&tz=America/Los_Angeles`)
  await settled(page)
  expect(asked).toHaveLength(1)
  expect(await historyLength(page)).toBe(before + 1)
})

test('steps make the range longer, Whole day takes the times away, and Esc leaves all as it was', async ({
  page,
}) => {
  await openList(page, 'startTime=on:yesterday')
  const started = range(page, 'Started')
  await started.getByRole('textbox', { name: 'From' }).fill('14:30-15:30')
  await button(page).click()
  const chosen = dialog(page).getByRole('status').filter({ hasText: '2026-11' })
  await expect(chosen).toHaveText('2026-11-22 14:30 – 2026-11-22 15:30')
  await dialog(page).getByRole('button', { name: '−15 min' }).click()
  await dialog(page).getByRole('button', { name: '+15 min' }).click()
  await expect(chosen).toHaveText('2026-11-22 14:15 – 2026-11-22 15:45')
  await dialog(page).getByRole('button', { name: 'Whole day' }).click()
  await expect(chosen).toHaveText('2026-11-22')
  await page.keyboard.press('Escape')
  await expect(dialog(page)).toBeHidden()
  await expect(button(page)).toBeFocused()
  await expect(started.getByRole('textbox', { name: 'From' })).toHaveValue('14:30-15:30')
  expect(address(page)).toBe('/recordings?startTime=on:yesterday')
  await page.keyboard.press('Shift+Tab')
  await expect
    .poll(() => address(page))
    .toBe('/recordings?startTime=between:2026-11-22T14:30:00%2B01:00;2026-11-22T15:30:00%2B01:00')
})

test.describe('without its code', () => {
  test.use({ throughFaults: true })

  test('the calendar says so, and loads when it is opened again', async ({ page, faults, guard }) => {
    guard.expects(/^error: Failed to load resource/)
    await openList(page)
    faults.on('calendarCode', hostFault.cut)
    await button(page).click()
    await expect(dialog(page).getByRole('alert')).toHaveText(/^The calendar could not be loaded\./)
    await dialog(page).getByRole('button', { name: 'Close' }).click()
    faults.heal()
    await button(page).click()
    await expect(dialog(page).getByRole('grid', { name: 'November 2026' })).toBeVisible()
  })
})
