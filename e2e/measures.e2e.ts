/** The measures of the list at each size, in both densities. Scrollbars are shown, because they take room. */
import type { Page } from 'playwright'
import { browserOptions } from './find-browser.ts'
import { expect, test } from './fixtures.ts'
import { chooseLook, openList, settled } from './page-objects.ts'

test.use({ launchOptions: { ...(await browserOptions()), ignoreDefaultArgs: ['--hide-scrollbars'] } })

interface Measures {
  /** How far the document could scroll, in px. */
  readonly down: number
  readonly sideways: number
  /** Where the first row begins, in px. */
  readonly firstRow: number
  /** How many rows show in full. */
  readonly whole: number
  readonly cut: readonly string[]
  /** The widest column, in rem. */
  readonly widest: number
  /** The widest gap between two texts of a row, in px. */
  readonly gap: number
  /** The heights of the bars above and below the table, in px. */
  readonly bars: readonly number[]
}

const measure = (page: Page): Promise<Measures> =>
  page.evaluate(() => {
    const root = document.documentElement
    const rows = [...document.querySelectorAll<HTMLTableRowElement>('tr[data-row]')]
    const seen = { visibilityProperty: true }
    const cellsOf = (row: HTMLTableRowElement) =>
      [...row.cells].filter((cell) => cell.checkVisibility(seen) && cell.textContent)
    const range = document.createRange()
    const textOf = (cell: HTMLElement): DOMRect => {
      range.selectNodeContents(cell)
      return range.getBoundingClientRect()
    }
    const pager = document.querySelector('nav[aria-label=Pages]')?.getBoundingClientRect()
    const bars = [document.querySelector('h1')?.parentElement, document.querySelector('nav')?.parentElement]
    const gaps = rows.flatMap((row) => {
      const texts = cellsOf(row).map(textOf)
      return texts.slice(1).map(({ left }, at) => left - (texts[at]?.right ?? left))
    })
    const isShown = ({ top, bottom }: DOMRect) => top >= 0 && bottom <= (pager?.top ?? 0)
    return {
      down: root.scrollHeight - root.clientHeight,
      sideways: root.scrollWidth - root.clientWidth,
      firstRow: rows[0]?.getBoundingClientRect().top ?? -1,
      whole: rows.filter((row) => isShown(row.getBoundingClientRect())).length,
      cut: rows
        .flatMap(cellsOf)
        .filter((cell) => cell.scrollWidth > cell.clientWidth)
        .map((cell) => cell.textContent ?? ''),
      widest: Math.max(...rows.flatMap(cellsOf).map((cell) => cell.offsetWidth / 16)),
      gap: Math.max(...gaps),
      bars: bars.map((bar) => Math.round(bar?.getBoundingClientRect().height ?? 0)),
    }
  })

/** The sizes, and how many compact rows must show in full there. */
const sizes = [
  [320, 700, 4],
  [390, 844, 8],
  [768, 1024, 20],
  [900, 600, 12],
  [1024, 900, 20],
  [1152, 900, 20],
  [1280, 900, 20],
  [1366, 768, 16],
  [1440, 900, 20],
  [1920, 1080, 24],
  [2560, 1440, 30],
] as const

for (const density of ['Compact', 'Comfortable'] as const) {
  test(`nothing is cut or scrolls away at any size, in ${density.toLowerCase()} rows`, async ({ page }) => {
    await openList(page, 'pageSize=100')
    if (density === 'Comfortable') await chooseLook(page, 'Density', density)
    for (const [width, height, rows] of sizes) {
      await test.step(`${width} × ${height}`, async () => {
        await page.setViewportSize({ width, height })
        const found = await measure(page)
        const at = `at ${width} × ${height}`
        expect.soft(found, at).toMatchObject({ sideways: 0, cut: [] })
        expect.soft(found.firstRow, at).toBeLessThanOrEqual(150)
        expect.soft(found.bars, at).toEqual(width < 768 ? [40, 40] : [44, 40])
        if (density === 'Compact') expect.soft(found.whole, at).toBeGreaterThanOrEqual(rows)
        if (width >= 768) expect.soft(found.down, at).toBe(0)
        if (width >= 1024) {
          expect.soft(found.widest, at).toBeLessThanOrEqual(18)
          expect.soft(found.gap, at).toBeLessThanOrEqual(200)
        }
      })
    }
  })
}

test('a frame of 900 × 600 shows twelve rows, and what the header holds', async ({ page }) => {
  await page.setViewportSize({ width: 900, height: 600 })
  await page.goto('/embed/v1/recordings?startTime=on:last-7-days')
  await settled(page)
  const found = await measure(page)
  expect(found).toMatchObject({ down: 0, sideways: 0, cut: [] })
  expect(found.whole).toBeGreaterThanOrEqual(12)
  await expect(page.getByRole('link', { name: 'Open in new tab' })).toBeVisible()
})

test('the day of the topmost rows stays in view above them', async ({ page }) => {
  await openList(page, 'startTime=between:2018-11-01T00:00:00Z;2018-11-02T00:00:00Z&pageSize=50')
  for (const [width, height] of [
    [1440, 600],
    [390, 700],
  ] as const) {
    await page.setViewportSize({ width, height })
    const day = page.getByRole('rowheader', { name: 'Thu 01 Nov 2018' })
    await page.getByRole('table').getByRole('link').nth(30).scrollIntoViewIfNeeded()
    await expect(day).toBeInViewport({ ratio: 1 })
  }
})
