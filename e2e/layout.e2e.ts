import type { Page } from 'playwright'
import { fault } from './faulty-host.ts'
import { expect, test } from './fixtures.ts'
import { openList, results, rowLinks, settled, table } from './page-objects.ts'

/** What sticks out at the right of the window, in px; the table may scroll, the page may not. */
const overflow = (page: Page): Promise<number> =>
  page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)

/** 720 is what 200 % zoom leaves of 1440. */
for (const width of [320, 390, 720, 768, 1024, 1440, 2560]) {
  test(`at ${width} px nothing makes the page scroll sideways`, async ({ page }) => {
    await page.setViewportSize({ width, height: 900 })
    await openList(page, 'startTime=on:last-30-days&remotePartyNumber=contains:0&direction=1')
    expect(await overflow(page)).toBe(0)
    const box = await rowLinks(page).first().boundingBox()
    expect((box?.x ?? width) + (box?.width ?? width)).toBeLessThanOrEqual(width)
    await rowLinks(page).first().click()
    await expect(page.getByText('Recording group')).toBeVisible()
    expect(await overflow(page)).toBe(0)
    await page.goto('/recordings?ownerUsername=nobody-at-all&direction=1')
    await expect(page.getByText('No recordings match these 2 filters.')).toBeVisible()
    expect(await overflow(page)).toBe(0)
  })
}

test.describe('narrow', () => {
  test.use({ viewport: { width: 390, height: 844 } })

  test('the filters stand in a drawer that a button opens and Esc closes', async ({ page }) => {
    await openList(page)
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
    await drawer.getByRole('button', { name: 'Show recordings' }).click()
    await expect(drawer).toBeHidden()
  })

  test('a row keeps its meaning as a row of a table', async ({ page }) => {
    await openList(page)
    await expect(table(page).getByRole('row')).toHaveCount(51)
    await expect(table(page).getByRole('row').nth(1).getByRole('cell').first()).toBeVisible()
    await expect(results(page)).toBeVisible()
  })
})

/** Layout shift from the start of the document; what follows a press within half a second is no shift. */
async function watchShift(page: Page): Promise<() => Promise<number>> {
  await page.addInitScript(() => {
    const seen = window as unknown as { shift: number }
    seen.shift = 0
    new PerformanceObserver((list) => {
      const entries = list.getEntries() as unknown as { value: number; hadRecentInput: boolean }[]
      for (const { value, hadRecentInput } of entries) if (!hadRecentInput) seen.shift += value
    }).observe({ type: 'layout-shift', buffered: true })
  })
  return () => page.evaluate(() => (window as unknown as { shift: number }).shift)
}

for (const width of [390, 1440]) {
  test(`a visit of the list shifts nothing at ${width} px`, async ({ page }) => {
    await page.setViewportSize({ width, height: 900 })
    const shift = await watchShift(page)
    await page.goto('/')
    await settled(page)
    await page.getByRole('button', { name: 'Next page' }).click()
    await expect(results(page)).toHaveText(/^51–100 of /)
    await page.getByRole('button', { name: 'Refresh' }).click()
    await settled(page)
    expect(await shift()).toBeLessThanOrEqual(0.01)
  })
}

test('opening a recording and coming back shifts nothing', async ({ page }) => {
  const shift = await watchShift(page)
  await openList(page)
  await rowLinks(page).first().click()
  await expect(page.getByText('Recording group')).toBeVisible()
  await page.getByRole('link', { name: 'Back to results' }).click()
  await expect(results(page)).toBeVisible()
  expect(await shift()).toBeLessThanOrEqual(0.01)
})

/** The browser forgives a shift for this long after a press, in ms. */
const FORGIVEN_MS = 500

test.describe('an answer that comes late', () => {
  test.use({ throughFaults: true })

  for (const width of [390, 1440]) {
    test(`a recording that comes late shifts nothing at ${width} px`, async ({ page, faults }) => {
      await page.setViewportSize({ width, height: 900 })
      const shift = await watchShift(page)
      await openList(page)
      faults.on('detail', fault.hold, 1)
      await rowLinks(page).first().click()
      const pressedMs = await page.evaluate(() => performance.now())
      await expect.poll(() => faults.held()).toBe(1)
      await page.waitForFunction((afterMs) => performance.now() > afterMs, pressedMs + FORGIVEN_MS + 100)
      faults.release()
      await expect(page.getByText('Sales').or(page.getByText('Support')).first()).toBeVisible()
      expect(await shift()).toBeLessThanOrEqual(0.01)
    })
  }
})

/** Everything that can be pressed and is smaller than 24 × 24 px, by its name. */
const tooSmall = (page: Page): Promise<string[]> =>
  page.evaluate(() => {
    const controls = document.querySelectorAll<HTMLElement>('a[href], button, input, select, summary')
    return [...controls]
      .filter((control) => control.checkVisibility() && !control.matches('.sr-only, [class*="sr-only"]'))
      .map((control) => {
        // A radio is pressed by its label as well.
        const target = control.closest('label') ?? control
        const { width, height } = target.getBoundingClientRect()
        return { name: control.getAttribute('aria-label') ?? control.textContent ?? '', width, height }
      })
      .filter(({ width, height }) => width < 23.99 || height < 23.99)
      .map(({ name, width, height }) => `${name} ${width}×${height}`)
  })

for (const width of [320, 1440]) {
  test(`every target is at least 24 × 24 px at ${width} px, in compact rows too`, async ({ page }) => {
    await page.setViewportSize({ width: 1440, height: 900 })
    await openList(page, 'direction=1&remotePartyNumber=contains:0')
    await page.getByRole('combobox', { name: 'Rows', exact: true }).selectOption('Compact')
    await page.setViewportSize({ width, height: 900 })
    await expect(rowLinks(page).first()).toBeVisible()
    expect(await tooSmall(page)).toEqual([])
    await rowLinks(page).first().click()
    await expect(page.getByText('Recording group')).toBeVisible()
    expect(await tooSmall(page)).toEqual([])
  })
}
