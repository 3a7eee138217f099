import type { Page } from 'playwright'
import { hostFault } from './faulty-host.ts'
import { expect, test } from './fixtures.ts'
import { openList, results, rowLinks, rows, settled } from './page-objects.ts'

/** The overflow at the right of the window, in px. The table may scroll sideways, the page may not. */
const overflow = (page: Page): Promise<number> =>
  page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)

/** In px; 720 is 1440 at 200 % zoom. */
const widths = [320, 390, 720, 768, 1024, 1440, 2560]

/** Changes the page's width and waits until it is drawn. */
async function resize(page: Page, width: number): Promise<void> {
  await page.setViewportSize({ width, height: 900 })
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))))
}

/** Expects no overflow at any width. @param look further checks at each width. */
async function expectNoOverflow(page: Page, what: string, look?: (width: number) => Promise<void>) {
  for (const width of widths) {
    await test.step(`${what} at ${width} px`, async () => {
      await resize(page, width)
      expect.soft(await overflow(page), `${what} at ${width} px`).toBe(0)
      await look?.(width)
    })
  }
}

test('the page does not scroll sideways at any width', async ({ page }) => {
  await openList(page, 'startTime=on:last-30-days&remotePartyNumber=contains:0&direction=1')
  await expectNoOverflow(page, 'the list', async (width) => {
    const box = await rowLinks(page).first().boundingBox()
    expect.soft((box?.x ?? width) + (box?.width ?? width)).toBeLessThanOrEqual(width)
  })
  await rowLinks(page).first().click()
  await expect(page.getByText('Recording group')).toBeVisible()
  await expectNoOverflow(page, 'a recording')
  await page.goto('/recordings?ownerUsername=nobody-at-all&direction=1')
  await expect(page.getByRole('main').getByText('No recordings match these 2 filters.')).toBeVisible()
  await expectNoOverflow(page, 'nothing found')
})

test.describe('narrow', () => {
  test.use({ viewport: { width: 390, height: 844 } })

  test('a row stays a row of a table for assistive technology, and the filters are in a drawer', async ({
    page,
  }) => {
    await openList(page)
    await expect(rows(page)).toHaveCount(50)
    await expect(rows(page).first().getByRole('cell').first()).toBeVisible()
    await expect(results(page)).toBeVisible()

    const opener = page.getByRole('button', { name: /^Filters/ })
    await opener.click()
    const drawer = page.getByRole('dialog', { name: 'Filters' })
    await drawer.getByRole('radio', { name: 'Incoming' }).click()
    await expect(drawer.getByRole('radio', { name: 'Incoming' })).toBeChecked()
    await page.keyboard.press('Escape')
    await expect(drawer).toBeHidden()
    await expect(opener).toBeFocused()
    await expect(opener).toHaveAccessibleName(/1 filter set/)
    await settled(page)
    await opener.click()
    await drawer.getByRole('button', { name: /^Show [\d,]+ recordings$/ }).click()
    await expect(drawer).toBeHidden()
  })
})

/**
 * Watches for layout shift. A shift within 500 ms after a press does not count.
 * @returns a function that gives the shift since its last call, or since the start of the document.
 */
async function watchShift(page: Page): Promise<() => Promise<number>> {
  await page.addInitScript(() => {
    const seen = window as unknown as { shift: number }
    seen.shift = 0
    new PerformanceObserver((list) => {
      const entries = list.getEntries() as unknown as { value: number; hadRecentInput: boolean }[]
      for (const { value, hadRecentInput } of entries) if (!hadRecentInput) seen.shift += value
    }).observe({ type: 'layout-shift', buffered: true })
  })
  return () =>
    page.evaluate(() => {
      const seen = window as unknown as { shift: number }
      const { shift } = seen
      seen.shift = 0
      return shift
    })
}

/** The browser ignores shifts for this long after a press, in ms. */
const FORGIVEN_MS = 500

test.describe('shifts', () => {
  test.use({ throughFaults: true })

  for (const width of [390, 1440]) {
    test(`visiting the list and a slow recording shifts nothing at ${width} px`, async ({ page, faults }) => {
      await page.setViewportSize({ width, height: 900 })
      const shift = await watchShift(page)
      await page.goto('/')
      await settled(page)
      await page.getByRole('button', { name: 'Next page' }).click()
      await expect(results(page)).toHaveText(/^51–100 of /)
      await page.getByRole('button', { name: 'Refresh' }).click()
      await settled(page)
      expect(await shift(), 'the list').toBeLessThanOrEqual(0.01)

      faults.on('detail', hostFault.hold, 1)
      await rowLinks(page).first().click()
      const pressedMs = await page.evaluate(() => performance.now())
      await expect.poll(() => faults.held()).toBe(1)
      await page.waitForFunction((afterMs) => performance.now() > afterMs, pressedMs + FORGIVEN_MS + 100)
      faults.release()
      await expect(page.getByText('Sales').or(page.getByText('Support')).first()).toBeVisible()
      expect(await shift(), 'a recording that comes late').toBeLessThanOrEqual(0.01)

      await page.getByRole('link', { name: 'Back to results' }).click()
      await expect(results(page)).toBeVisible()
      expect(await shift(), 'the way back').toBeLessThanOrEqual(0.01)
    })
  }
})

/** The names of all controls that are smaller than 24 × 24 px. */
const tooSmall = (page: Page): Promise<string[]> =>
  page.evaluate(() => {
    const controls = document.querySelectorAll<HTMLElement>('a[href], button, input, select, summary')
    return [...controls]
      .filter((control) => control.checkVisibility() && !control.matches('.sr-only, [class*="sr-only"]'))
      .map((control) => {
        // A click on its label also presses a radio.
        const target = control.closest('label') ?? control
        const { width, height } = target.getBoundingClientRect()
        return { name: control.getAttribute('aria-label') ?? control.textContent ?? '', width, height }
      })
      .filter(({ width, height }) => width < 23.99 || height < 23.99)
      .map(({ name, width, height }) => `${name} ${width}×${height}`)
  })

test('every target is at least 24 × 24 px, in compact rows too', async ({ page }) => {
  await openList(page, 'direction=1&remotePartyNumber=contains:0')
  for (const width of [320, 1440]) {
    await resize(page, width)
    await expect(rowLinks(page).first()).toBeVisible()
    expect.soft(await tooSmall(page), `the list at ${width} px`).toEqual([])
  }
  await rowLinks(page).first().click()
  await expect(page.getByText('Recording group')).toBeVisible()
  for (const width of [320, 1440]) {
    await resize(page, width)
    expect.soft(await tooSmall(page), `a recording at ${width} px`).toEqual([])
  }
})
