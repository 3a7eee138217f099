/** The list without an answer: the rows that it keeps, its words, and when it asks again. */
import type { Page } from 'playwright'
import { hostNowMs, minutesBetween } from './api.ts'
import { expect, test } from './fixtures.ts'
import { hostFault, type FaultyHost } from './faulty-host.ts'
import { failedLoad, noAnswer, partMissing } from './guard.ts'
import { address, chooseDirection, openList, references, results, rowLinks, settled } from './page-objects.ts'

test.use({ throughFaults: true })

const refresh = (page: Page) => page.getByRole('button', { name: 'Refresh' }).click()
const again = (page: Page) => page.getByRole('button', { name: 'Try again' }).click()

/** Opens the list with this fault. @returns a function that counts the list requests since then. */
async function openInto(
  page: Page,
  faults: FaultyHost,
  what: Parameters<FaultyHost['on']>[1],
  times?: number,
): Promise<() => number> {
  const before = faults.count('list')
  faults.on('list', what, times)
  await page.goto('/recordings')
  return () => faults.count('list') - before
}

test('a failed update keeps the rows and says how old they are', async ({ page, faults, guard }) => {
  guard.expects(failedLoad(500), failedLoad(503), failedLoad(504))
  const before = await hostNowMs(page)
  await openList(page)
  const asOf = minutesBetween(before, await hostNowMs(page))
  const rows = await references(page)
  const alert = page.getByRole('alert')

  await test.step('500 can be tried again', async () => {
    faults.on('list', hostFault.problem(500, 'internal'), 1)
    await refresh(page)
    await expect(alert).toContainText(
      new RegExp(`Rows as of (?:${asOf})\\. The update failed; newer calls may be missing\\.`),
    )
    expect(await references(page)).toEqual(rows)
    await alert.getByRole('button', { name: 'Try again' }).click()
    await expect(alert).toHaveCount(0)
  })

  await test.step('504', async () => {
    faults.on('list', hostFault.problem(504, 'recorder_down'), 1)
    await refresh(page)
    await expect(alert).toContainText('The recording service is down.')
    expect(await references(page)).toEqual(rows)
    await refresh(page)
    await expect(alert).toHaveCount(0)
  })

  for (const code of ['busy', 'storage_failed']) {
    await test.step(`a host that says ${code} for good`, async () => {
      faults.on('list', hostFault.problem(503, code), 3)
      await refresh(page)
      await expect(alert).toContainText(/Rows as of .+ Request e2e-request/)
      expect(await references(page)).toEqual(rows)
      await alert.getByRole('button', { name: 'Try again' }).click()
      await expect(alert).toHaveCount(0)
    })
  }

  await test.step('a failed search keeps the rows of the search before, and says so', async () => {
    faults.on('list', hostFault.problem(500, 'internal'), 1)
    await chooseDirection(page, 'Incoming')
    await expect(alert).toContainText('These rows are from the search before')
    expect(await references(page)).toEqual(rows)
  })
})

test('a failed first load says why, asks once and can be tried again', async ({ page, faults, guard }) => {
  guard.expects(failedLoad(500), failedLoad(429), failedLoad(504))

  await test.step('500 shows the request’s id', async () => {
    const asked = await openInto(page, faults, hostFault.problem(500, 'internal'), 1)
    await expect(page.getByText('Something went wrong on the server.')).toBeVisible()
    await expect(page.getByText('Your search is kept.')).toBeVisible()
    await expect(page.getByText('Request e2e-request')).toBeVisible()
    expect(asked()).toBe(1)
    await again(page)
    await settled(page)
  })

  await test.step('429 for a whole day', async () => {
    const asked = await openInto(page, faults, hostFault.retryAfter(86_400), 1)
    await expect(page.getByText('Too many searches at once.')).toBeVisible()
    expect(asked()).toBe(1)
    await again(page)
    await settled(page)
  })

  await test.step('an HTML error page of a proxy is judged by its status', async () => {
    await openInto(page, faults, hostFault.html(504), 1)
    await expect(page.getByText('The recording service is down.')).toBeVisible()
  })

  await test.step('a search that took too long offers a narrower one', async () => {
    faults.on('list', hostFault.problem(504, 'recorder_timeout'), 1)
    await page.goto('/recordings?direction=1&page=4')
    await expect(page.getByText('This search took too long.')).toBeVisible()
    await expect(page.getByRole('button', { name: 'Try again' })).toBeVisible()
    await page.getByRole('button', { name: 'Last 7 days only' }).click()
    await settled(page)
    expect(address(page)).toBe('/recordings?startTime=on:last-7-days&direction=1')
  })
})

test('504 says that the service is down, counts down to the next try, and is not retried before', async ({
  page,
  faults,
  guard,
}) => {
  guard.expects(failedLoad(504))
  await page.clock.install()
  faults.on('list', hostFault.problem(504, 'recorder_down'))
  await page.goto('/recordings')
  await expect(page.getByText('The recording service is down.')).toBeVisible()
  await expect(page.getByText(/Your search is not the cause\. Next try in \d+ s\./)).toBeVisible()
  expect(faults.count('list')).toBe(1)
  await page.getByRole('button', { name: 'Try now' }).click()
  await expect.poll(() => faults.count('list')).toBe(2)
  await expect(page.getByText('The recording service is down.')).toBeVisible()
  faults.heal()
  await page.clock.runFor(31_000)
  await settled(page)
})

test('a passing failure is tried again by itself, three times in all', async ({ page, faults, guard }) => {
  guard.expects(failedLoad(502), failedLoad(503), failedLoad(429), noAnswer)

  for (const status of [502, 503]) {
    await test.step(`${status} twice`, async () => {
      const asked = await openInto(page, faults, hostFault.problem(status, 'not_ready'), 2)
      await settled(page)
      expect(asked()).toBe(3)
    })
  }

  await test.step('429 waits as long as it says', async () => {
    const asked = await openInto(page, faults, hostFault.retryAfter(1), 1)
    await settled(page)
    expect(asked()).toBe(2)
  })

  await test.step('503 for good', async () => {
    const asked = await openInto(page, faults, hostFault.problem(503, 'not_ready'))
    await expect(page.getByText('Something went wrong on the server.')).toBeVisible()
    expect(asked()).toBe(3)
    faults.heal()
  })

  await test.step('a connection that is cut', async () => {
    await openInto(page, faults, hostFault.cut)
    await expect(page.getByText('The server cannot be reached.')).toBeVisible()
    faults.heal()
    await again(page)
    await settled(page)
  })
})

test('offline while paging, the rows stay; back online, the page goes on by itself', async ({
  page,
  context,
  guard,
}) => {
  guard.expects(noAnswer)
  await openList(page)
  const rows = await references(page)
  await context.setOffline(true)
  await page.getByRole('button', { name: 'Last page' }).click()
  await expect(page.getByRole('alert')).toContainText('The server cannot be reached.')
  expect(await references(page)).toEqual(rows)
  await context.setOffline(false)
  await expect(results(page)).toHaveText(/–([\d,]+) of \1$/)
  await expect(page.getByRole('alert')).toHaveCount(0)
})

const heading = (page: Page, name: string) => page.getByRole('main').getByRole('heading', { name, level: 1 })

test.describe('a recording whose code is missing', () => {
  test('leaves the list as it was, and can be tried again', async ({ page, faults, guard }) => {
    guard.expects(noAnswer, partMissing)
    await openList(page, 'direction=1')
    const rows = await references(page)
    faults.on('detailCode', hostFault.cut)
    await rowLinks(page).nth(3).click()
    await expect(heading(page, 'This page could not be loaded.')).toBeFocused()
    // The load was tried twice, when the row was hovered and when it was pressed.
    expect(faults.count('detailCode')).toBeGreaterThanOrEqual(2)

    await page.goBack()
    await settled(page)
    expect(await references(page)).toEqual(rows)
    await page.goForward()
    await expect(heading(page, 'This page could not be loaded.')).toBeVisible()
    faults.heal()
    await page.getByRole('button', { name: 'Try again' }).click()
    await expect(heading(page, `Recording ${rows[3]}`)).toBeFocused()
  })

  test('because of a new release asks to load the page again', async ({ page, faults, guard }) => {
    guard.expects(failedLoad(404), partMissing)
    await openList(page)
    const [first = ''] = await references(page)
    faults.on('detailCode', hostFault.problem(404, 'not_found'))
    faults.on('document', hostFault.html(200))
    await rowLinks(page).first().click()
    await expect(heading(page, 'A new version is there.')).toBeVisible()
    faults.heal()
    await page.getByRole('button', { name: 'Load the page again' }).click()
    await expect(heading(page, `Recording ${first}`)).toBeVisible()
  })
})
