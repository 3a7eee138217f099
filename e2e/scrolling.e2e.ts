/** What the list shows at each size, and which of its parts scroll. Scrollbars are shown, because they take room. */
import type { Page } from 'playwright'
import { browserOptions } from './find-browser.ts'
import { hostFault } from './faulty-host.ts'
import { expect, test } from './fixtures.ts'
import { address, openList, rowLinks, settled, table } from './page-objects.ts'

test.use({ throughFaults: true })
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

test('another search starts at the top, and a refresh does not', async ({ page, faults }) => {
  for (const [width, height] of [
    [1440, 900],
    [390, 844],
  ] as const) {
    await test.step(`${width} × ${height}`, async () => {
      await page.setViewportSize({ width, height })
      await openList(page)
      const isScrolled = () =>
        rowLinks(page)
          .first()
          .evaluate((link) => link.getBoundingClientRect().top < 0)
      await rowLinks(page).nth(45).scrollIntoViewIfNeeded()
      expect(await isScrolled()).toBe(true)
      const asked = faults.count('list')
      await page.getByRole('button', { name: 'Refresh' }).evaluate((button: HTMLElement) => button.click())
      await expect.poll(() => faults.count('list')).toBe(asked + 1)
      await settled(page)
      expect(await isScrolled()).toBe(true)

      if (width < 1280) await page.getByRole('button', { name: /^Filters/ }).click()
      await page.getByRole('radio', { name: 'Incoming' }).click()
      await expect.poll(() => address(page)).toBe('/recordings?direction=1')
      if (width < 1280) await page.getByRole('button', { name: /^Show ([\d,]+ )?recordings$/ }).click()
      await settled(page)
      await expect.poll(isScrolled).toBe(false)
      await expect(rowLinks(page).first()).toBeInViewport()
    })
  }
})

/** The texts of heads and cells that do not show in full, or that lie outside the table. */
const cutTexts = (page: Page): Promise<string[]> =>
  table(page).evaluate((element) => {
    const right = element.parentElement?.getBoundingClientRect().right ?? 0
    const head = element.querySelector('thead')
    // On narrow screens the head is for assistive technology only.
    const shown = head && getComputedStyle(head).position !== 'absolute' ? 'th, td' : 'td'
    const seen = [...element.querySelectorAll<HTMLElement>(shown)].filter((cell) =>
      cell.checkVisibility({ visibilityProperty: true }),
    )
    return seen
      .filter((cell) => cell.scrollWidth > cell.clientWidth || cell.getBoundingClientRect().right > right)
      .map((cell) => `${cell.textContent} (${cell.clientWidth} of ${cell.scrollWidth} px)`)
  })

test('no number, name or time is cut at any width', async ({ page }) => {
  // These calls carry their year, which makes the longest times.
  for (const search of ['pageSize=100', 'pageSize=5&startTime=on:2018']) {
    await openList(page, search)
    for (const width of [300, 320, 390, 640, 768, 1023, ...sizes.map(([wide]) => wide)]) {
      await page.setViewportSize({ width, height: 900 })
      expect.soft(await cutTexts(page), `${search} at ${width} px`).toEqual([])
    }
  }
})

test('heads are whole with wider spacing of the text', async ({ page }) => {
  await openList(page, 'pageSize=5')
  // The least that a reader may set: https://www.w3.org/TR/WCAG22/#text-spacing
  await page.evaluate(() => {
    for (const head of document.querySelectorAll<HTMLElement>('th')) {
      head.style.letterSpacing = '0.12em'
      head.style.wordSpacing = '0.16em'
      head.style.lineHeight = '1.5'
    }
  })
  for (const [width, height] of sizes) {
    await page.setViewportSize({ width, height })
    const cut = (await cutTexts(page)).filter((text) =>
      /^(Started|Duration|Direction|\w+ number|Owner|Ref)/.test(text),
    )
    expect.soft(cut, `at ${width} px`).toEqual([])
  }
})

test('a long reference pushes nothing out', async ({ page, faults }) => {
  faults.on(
    'list',
    hostFault.change((json) => ({
      ...json,
      recordings: (json.recordings as object[]).map((recording) => ({
        ...recording,
        referenceNumber: '75A90276-E47E-4e9e-B463-E3C743D5FF3A',
      })),
    })),
  )
  await openList(page, 'pageSize=5')
  for (const width of [320, 390, 768]) {
    await page.setViewportSize({ width, height: 900 })
    const cut = (await cutTexts(page)).filter((text) => !text.startsWith('75A90276'))
    expect.soft(cut, `at ${width} px`).toEqual([])
    const room = await table(page).evaluate((element) => element.scrollWidth - element.clientWidth)
    expect.soft(room, `at ${width} px`).toBe(0)
  }
})
