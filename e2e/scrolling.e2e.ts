/** From 64rem the panes scroll and the document stays. Scrollbars are shown here, because they take room. */
import type { Page } from 'playwright'
import { browserOptions } from './find-browser.ts'
import { expect, test } from './fixtures.ts'
import { openList, rowLinks } from './page-objects.ts'

test.use({ launchOptions: { ...(await browserOptions()), ignoreDefaultArgs: ['--hide-scrollbars'] } })

const sizes = [
  [1024, 900],
  [1152, 900],
  [1280, 900],
  [1366, 768],
  [1440, 900],
  [1920, 1080],
  [2560, 1440],
] as const

/** How far the document can scroll, and how far it has, in px. */
const documentScroll = (page: Page): Promise<{ room: number; top: number }> =>
  page.evaluate(() => {
    const { scrollHeight, clientHeight, scrollTop } = document.documentElement
    return { room: scrollHeight - clientHeight, top: scrollTop }
  })
const still = { room: 0, top: 0 }

test('the document never scrolls, and the table does, at 200 rows', async ({ page }) => {
  await openList(page, 'pageSize=200&direction=1')
  for (const [width, height] of sizes) {
    await test.step(`${width} × ${height}`, async () => {
      await page.setViewportSize({ width, height })
      expect.soft(await documentScroll(page)).toEqual(still)
    })
  }

  await page.setViewportSize({ width: 1440, height: 900 })
  await test.step('by End, by the wheel over the filters, and beyond the end of the table', async () => {
    await page.keyboard.press('End')
    await page.mouse.move(100, 500)
    await page.mouse.wheel(0, 5000)
    await rowLinks(page).last().scrollIntoViewIfNeeded()
    await page.mouse.move(900, 500)
    await page.mouse.wheel(0, 50_000)
    await page.mouse.wheel(0, 5000)
    await expect(rowLinks(page).last()).toBeInViewport()
    expect(await documentScroll(page)).toEqual(still)
    await expect(page.getByRole('button', { name: 'Next page' })).toBeInViewport({ ratio: 1 })
    await expect(page.getByRole('banner')).toBeInViewport({ ratio: 1 })
  })
})
