import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from './fixtures.ts'
import { results, settled, table, tableRows } from './page-objects.ts'

const picture = join(import.meta.dirname, 'screenshot.png')
/** Normal test runs must not change the picture, which differs slightly with the fonts of each computer. */
const wanted = process.env.SCREENSHOT === '1' || !existsSync(picture)

test('the README’s screenshot shows the front page', async ({ page }) => {
  await page.emulateMedia({ colorScheme: 'light' })
  await page.goto('/')
  await settled(page)
  await expect(results(page)).toHaveText(/^1–50 of /)
  await expect(page.getByText('All recordings', { exact: true })).toBeVisible()
  expect(await tableRows(page)).toHaveLength(50)
  await expect(table(page).getByRole('row').nth(12)).toBeInViewport()
  if (wanted) await page.screenshot({ path: picture })
  expect(existsSync(picture)).toBe(true)
})
