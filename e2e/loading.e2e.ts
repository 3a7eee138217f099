import type { Page } from 'playwright'
import { expect, test } from './fixtures.ts'
import { hostFault } from './faulty-host.ts'
import { fillSignIn, openList, rowLinks, settled, table, watchListRequests } from './page-objects.ts'

test.use({ throughFaults: true })

/** Slows the page down to an office line. On loopback all answers arrive at once, so their order would be random. */
async function slowly(page: Page): Promise<void> {
  const session = await page.context().newCDPSession(page)
  await session.send('Network.emulateNetworkConditions', {
    offline: false,
    latency: 40,
    downloadThroughput: 1_250_000,
    uploadThroughput: 1_250_000,
  })
}

test('before the framework loads, the list is requested and the frame of the page is painted', async ({
  page,
  faults,
}) => {
  faults.on('program', hostFault.hold)
  const asked = watchListRequests(page)
  await slowly(page)
  await page.goto('/recordings?direction=1', { waitUntil: 'commit' })
  await expect.poll(() => faults.held()).toBe(1)
  await expect.poll(() => faults.count('list')).toBe(1)
  await expect(page.locator('.shell th')).toHaveText([
    'Started',
    'Duration',
    'Direction',
    'Remote number',
    'Owner',
    'Local number',
    'Reference',
  ])
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'system')
  expect(faults.held()).toBe(1)
  faults.heal()
  await settled(page)
  expect(faults.count('list')).toBe(1)
  expect(asked[0]?.get('direction')).toBe('1')
})

test('the code that sends the list’s request is one file', async ({ page }) => {
  await page.goto('/recordings')
  const early = await page.locator('head script[async]').getAttribute('src')
  const code = await (await page.request.get(early ?? '')).text()
  expect(code).toContain('Recordings')
  expect(code).not.toMatch(/\bimport\s*["'`({*]|\bfrom\s*["'`]/)
})

test('the browser sends the request that the document names, before any script has loaded', async ({
  page,
  context,
  faults,
}) => {
  await context.addCookies([{ name: 'zone', value: 'Europe/Rome', url: faults.url }])
  faults.on('early', hostFault.hold)
  const asked = watchListRequests(page)
  await page.goto('/recordings?startTime=on:2026-11', { waitUntil: 'commit' })
  await expect.poll(() => faults.count('list')).toBe(1)
  expect(faults.held()).toBe(1)
  faults.heal()
  await settled(page)
  expect(faults.count('list')).toBe(1)
  expect(asked[0]?.get('startTime')).toBe('between:2026-10-31T23:00:00Z;2026-11-30T23:00:00Z')
})

test('a page in another zone than the host knows sends its own request, and shows only its answer', async ({
  page,
  context,
  faults,
  guard,
}) => {
  guard.expects(/was preloaded using link preload but not used/)
  await context.addCookies([{ name: 'zone', value: 'Asia/Kathmandu', url: faults.url }])
  const asked = watchListRequests(page)
  await page.goto('/recordings?startTime=on:2026-11')
  await settled(page)
  expect(asked.map((query) => query.get('startTime'))).toEqual([
    'between:2026-10-31T18:15:00Z;2026-11-30T18:15:00Z',
    'between:2026-10-31T23:00:00Z;2026-11-30T23:00:00Z',
  ])
  const known = async () => (await context.cookies()).find(({ name }) => name === 'zone')?.value
  await expect.poll(known).toBe('Europe/Rome')
  await page.reload()
  await settled(page)
  expect(asked).toHaveLength(3)
})

test('a visit requests the list once, and the code of the recording page when the pointer is on a row', async ({
  page,
  faults,
}) => {
  await page.goto('/')
  await settled(page)
  expect(faults.count('list')).toBe(1)
  const loaded = await page.evaluate(() => performance.getEntriesByType('resource').map(({ name }) => name))
  expect(loaded.filter((name) => /detail-page|sign-in|expired-dialog/.test(name))).toEqual([])
  const chunk = page.waitForRequest(/\/assets\/detail-page-/)
  await rowLinks(page).first().hover()
  await chunk
})

test('the list stays until the code of a recording is there, and then is behind it for nobody to reach', async ({
  page,
  faults,
}) => {
  faults.on('detailCode', hostFault.hold)
  await openList(page, 'direction=1')
  const reference = (await rowLinks(page).first().textContent()) ?? ''
  await rowLinks(page).first().click()
  await expect.poll(() => faults.held()).toBe(1)
  await expect(page).toHaveURL(/\/recordings\/[^?]+\?direction=1$/)
  await expect(table(page)).toBeVisible()
  faults.heal()
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(`Recording ${reference}`)
  await expect(table(page)).toHaveCount(0)
  await expect(page.getByRole('form', { name: 'Filters' })).toHaveCount(0)

  const asked = faults.count('list')
  await page.getByRole('button', { name: 'Refresh' }).click()
  await expect.poll(() => faults.count('list')).toBe(asked + 1)
  await expect(page.getByRole('button', { name: 'Refresh' }).locator('.animate-spin')).toHaveCount(0)
  await expect(page.locator('output.sr-only')).toBeEmpty()
  await page.goBack()
  await expect(page.getByRole('link', { name: reference, exact: true })).toBeVisible()
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Recordings')
})

test('a recording opened by its address requests its list once, for its neighbours', async ({
  page,
  faults,
}) => {
  await page.goto('/recordings/75A90276-E47E-4e9e-B463-E3C743D5FF3A?direction=1')
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Recording 2017000000175')
  await expect.poll(() => faults.count('list')).toBe(1)
  expect(faults.count('detail')).toBe(1)
})

test('a recording opened by its address shows the header while its code is on its way', async ({
  page,
  faults,
}) => {
  faults.on('detailCode', hostFault.hold)
  await page.goto('/recordings/75A90276-E47E-4e9e-B463-E3C743D5FF3A?direction=1', { waitUntil: 'commit' })
  await expect(page.getByRole('button', { name: 'Account' })).toBeVisible()
  expect(faults.held()).toBe(1)
  faults.heal()
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Recording 2017000000175')
})

test.describe('signed out', () => {
  test.use({ account: null })

  test('the page sends no API request and hides the list’s frame', async ({ page, faults }) => {
    await page.goto('/recordings?direction=1')
    await expect(page.getByRole('button', { name: 'Sign in', exact: true })).toBeVisible()
    expect(faults.count('list')).toBe(0)
    await fillSignIn(page, 'manager')
    await settled(page)
    expect(faults.count('list')).toBe(1)
  })
})

test.describe('the groups of a supervisor', () => {
  test.use({ account: 'supervisor' })

  test('are written like all the rest of the first view without a formatter, whose first one is slow', async ({
    page,
  }) => {
    await page.addInitScript(() => {
      const made: string[] = []
      Object.assign(window, { made })
      for (const name of ['Collator', 'DateTimeFormat', 'ListFormat', 'NumberFormat'] as const) {
        const note = (): void => void made.push(`${name} ${new Error(name).stack}`)
        const watched = new Proxy(Intl[name], {
          apply: (target, self, args) => (note(), Reflect.apply(target, self, args)),
          construct: (target, args) => (note(), Reflect.construct(target, args)),
        })
        Object.assign(Intl, { [name]: watched })
      }
    })
    await openList(page)
    await expect(page.getByText('Groups Sales and Support')).toBeVisible()
    await expect(page.getByRole('form', { name: 'Filters' })).toBeVisible()
    expect(await page.evaluate(() => (window as unknown as { made: string[] }).made)).toEqual([])
  })
})
