/**
 * Measures the signed-in list page on the wire, in a real browser with an empty cache. It runs with the tests, so that
 * they fail above the limit. `npm run size` also prints the sizes.
 */
import type { CDPSession, Page } from 'playwright'
import { expect, test } from './fixtures.ts'
import { rowLinks, settled } from './page-objects.ts'

const AIM_KB = 140
const LIMIT_KB = 160

interface Loaded {
  readonly kind: string
  readonly path: string
  bytes: number
}

/** Counts the bytes of all answers, including headers. */
async function watchWire(session: CDPSession): Promise<() => Loaded[]> {
  const loaded = new Map<string, Loaded>()
  session.on('Network.responseReceived', ({ requestId, type, response }) => {
    if (response.url.startsWith('data:')) return
    loaded.set(requestId, { kind: type, path: new URL(response.url).pathname, bytes: 0 })
  })
  session.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => {
    const entry = loaded.get(requestId)
    if (entry) entry.bytes = encodedDataLength
  })
  await session.send('Network.enable')
  return () => [...loaded.values()].filter(({ kind }) => kind !== 'Other')
}

const kb = (bytes: number): number => bytes / 1000
const total = (files: readonly Loaded[]): number => kb(files.reduce((sum, { bytes }) => sum + bytes, 0))
const line = (size: number, name: string): string => `${size.toFixed(1).padStart(8)} KB  ${name}`

function report(title: string, files: readonly Loaded[]): string[] {
  const kinds = [...new Set(files.map(({ kind }) => kind))]
  return [
    '',
    title,
    ...files.map(({ bytes, kind, path }) => line(kb(bytes), `${kind.toLowerCase()} ${path}`)),
    ...kinds.map((kind) =>
      line(total(files.filter((file) => file.kind === kind)), `in all: ${kind.toLowerCase()}`),
    ),
    line(total(files), 'in all'),
  ]
}

/** Sums all layout shifts from the start of the document. */
async function watchShift(page: Page): Promise<() => Promise<number>> {
  await page.addInitScript(() => {
    const seen = window as unknown as { shift: number }
    seen.shift = 0
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) seen.shift += (entry as unknown as { value: number }).value
    }).observe({ type: 'layout-shift', buffered: true })
  })
  return () => page.evaluate(() => (window as unknown as { shift: number }).shift)
}

const print = (lines: readonly string[]): void => {
  if (process.env.SIZE === '1') process.stdout.write(`${lines.join('\n')}\n`)
}

test('the signed-in list page is small enough', async ({ page, context }) => {
  const session = await context.newCDPSession(page)
  const wire = await watchWire(session)
  const shift = await watchShift(page)
  await page.goto('/')
  await settled(page)
  await page.waitForLoadState('networkidle')
  const list = wire()
  const size = total(list)
  const before = new Set(list.map(({ path }) => path))
  print([...report('The signed-in list page', list), '', `Layout shift: ${(await shift()).toFixed(4)}`])
  await rowLinks(page).first().click()
  await expect(page.getByText('Recording group')).toBeVisible()
  print(
    report(
      'Added by a recording',
      wire().filter(({ path }) => !before.has(path)),
    ),
  )
  if (size > AIM_KB) print(['', `Warning: ${size.toFixed(1)} KB is above the ${AIM_KB} KB aimed at.`])
  expect(size, 'KB on the wire').toBeLessThanOrEqual(LIMIT_KB)
  expect(size, 'KB on the wire').toBeGreaterThan(20)
})

test.describe('signed out', () => {
  test.use({ account: null })

  test('the sign-in is small enough', async ({ page, context }) => {
    const wire = await watchWire(await context.newCDPSession(page))
    await page.goto('/')
    await expect(page.getByRole('button', { name: 'Sign in', exact: true })).toBeVisible()
    await page.waitForLoadState('networkidle')
    print(report('The sign-in page', wire()))
    expect(total(wire())).toBeLessThanOrEqual(LIMIT_KB)
  })
})
