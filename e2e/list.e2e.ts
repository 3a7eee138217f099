import { expect, test } from './fixtures.ts'
import { openList, results, tableRows } from './page-objects.ts'

test('the list shows the newest recordings and how many there are', async ({ page }) => {
  await openList(page)
  await expect(results(page)).toHaveText(/^1–50 of \d\d,\d{3}$/)
  expect(await tableRows(page)).toHaveLength(50)
})
