import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from './fixtures.ts'
import { results, rows, settled, tableRows } from './page-objects.ts'

const picture = (scheme: string): string => join(import.meta.dirname, `screenshot-${scheme}.png`)
/** Normal test runs must not change the pictures, which differ slightly with the fonts of each computer. */
const wanted = (path: string): boolean => process.env.SCREENSHOT === '1' || !existsSync(path)

test.use({ viewport: { width: 1280, height: 720 }, deviceScaleFactor: 2 })

test('the README’s pictures show the front page with names, in light and dark', async ({ page }) => {
  await page.goto('/')
  await settled(page)
  await expect(results(page)).toHaveText(/^1–50 of /)
  const owners = (await tableRows(page)).map(({ Owner }) => Owner)
  expect(owners.filter((name) => name?.includes(', ')).length).toBeGreaterThan(40)
  await expect(rows(page).nth(14)).toBeInViewport({ ratio: 1 })
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme })
    const path = picture(colorScheme)
    if (wanted(path)) await page.screenshot({ path })
    expect(existsSync(path)).toBe(true)
  }
})
