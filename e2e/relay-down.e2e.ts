/** A recorder that is down, slow or unstable. The page keeps its rows, and abandoned requests end. */
import type { Page } from 'playwright'
import { failedLoad } from './guard.ts'
import { address, chooseDirection, references, results, rowLinks, settled } from './page-objects.ts'
import { recorderFault } from '../src/testing/recorder/faults.ts'
import { expect, found, openSignedIn, test } from './relay-fixtures.ts'

const refresh = (page: Page) => page.getByRole('button', { name: 'Refresh' }).click()
const downTitle = 'The recording service is down.'
const slowTitle = 'This search took too long.'

test.describe('two kinds of 504', () => {
  test.use({ settings: { RECORDER_TIMEOUT: '2' } })

  test('the recorder’s own says that the service is down, and counts down to the next try', async ({
    page,
    recorder,
    guard,
  }) => {
    guard.expects(failedLoad(504))
    await openSignedIn(page)
    recorder.on('list', recorderFault.status(504))
    const before = recorder.count('list')
    await page.goto('/recordings?direction=1')
    await expect(page.getByText(downTitle)).toBeVisible()
    await expect(page.getByText(/Your search is not the cause\. Next try in \d+ s\./)).toBeVisible()
    await expect(page.getByText(slowTitle)).toBeHidden()
    expect(recorder.count('list')).toBe(before + 1)
    recorder.heal()
    await page.getByRole('button', { name: 'Try now' }).click()
    await settled(page)
  })

  test('the relay’s own says that the search took too long, and offers a shorter period', async ({
    page,
    recorder,
    guard,
  }) => {
    guard.expects(failedLoad(504))
    await openSignedIn(page)
    recorder.on('list', recorderFault.silence)
    const before = recorder.count('list')
    await page.goto('/recordings?direction=1')
    await expect(page.getByText(slowTitle)).toBeVisible()
    await expect(page.getByText(downTitle)).toBeHidden()
    await expect(page.getByRole('button', { name: 'Try again' })).toBeVisible()
    expect(recorder.count('list')).toBe(before + 1)
    // The relay ends the search that it gave up, while the page is still open.
    await expect.poll(() => recorder.active()).toBe(0)
    recorder.heal()
    await page.getByRole('button', { name: 'Last 7 days only' }).click()
    await settled(page)
    expect(address(page)).toBe('/recordings?startTime=on:last-7-days&direction=1')
  })

  test('an answer that stalls in the middle also counts as too slow', async ({ page, recorder, guard }) => {
    guard.expects(failedLoad(504))
    await openSignedIn(page)
    recorder.on('list', recorderFault.stall, 1)
    await page.goto('/recordings?direction=1')
    await expect(page.getByText(slowTitle)).toBeVisible()
    await page.getByRole('button', { name: 'Try again' }).click()
    await settled(page)
    expect(await references(page)).toEqual(found({ direction: 1 }).slice(0, 50))
  })
})

test.describe('a recorder that is stopped and started again', () => {
  test('the rows stay, marked stale, and one press goes on', async ({ page, recorder, guard }) => {
    guard.expects(failedLoad(504))
    await openSignedIn(page)
    const rows = await references(page)
    await recorder.refuseConnections()
    await refresh(page)
    const alert = page.getByRole('alert')
    await expect(alert).toContainText('The update failed; newer calls may be missing.')
    await expect(alert).toContainText(downTitle)
    expect(await references(page)).toEqual(rows)
    await recorder.acceptConnections()
    await alert.getByRole('button', { name: 'Try again' }).click()
    await expect(alert).toHaveCount(0)
    expect(await references(page)).toEqual(rows)
  })

  test('going back from a recording keeps the rows', async ({ page, recorder, guard }) => {
    guard.expects(failedLoad(504))
    await openSignedIn(page, 'pageSize=25')
    const rows = await references(page)
    await recorder.refuseConnections()
    await rowLinks(page).nth(4).click()
    await expect(page.getByText('The recording could not be loaded.')).toBeVisible()
    await expect(page.getByRole('heading', { level: 1 })).toHaveText(`Recording ${rows[4]}`)
    await page.getByRole('link', { name: 'Back to results' }).first().click()
    await expect(page.getByRole('link', { name: rows[4] ?? '', exact: true })).toBeFocused()
    expect(await references(page)).toEqual(rows)
    await recorder.acceptConnections()
    await page.getByRole('button', { name: 'Next page' }).click()
    await expect(results(page)).toHaveText('26–50 of 300')
  })

  test('after five failed connections, requests are refused at once, and the page says when it tries again', async ({
    page,
    recorder,
    guard,
  }) => {
    guard.expects(failedLoad(504))
    await openSignedIn(page)
    await recorder.refuseConnections()
    await page.goto('/recordings?direction=1')
    for (let attempt = 1; attempt <= 5; attempt += 1) {
      const answered = page.waitForResponse(/\/WebAPI\/Recordings\?/)
      await page.getByRole('button', { name: 'Try now' }).click()
      expect((await answered).status()).toBe(504)
    }
    const asked = recorder.requests.length
    await recorder.acceptConnections()
    const answered = page.waitForResponse(/\/WebAPI\/Recordings\?/)
    await page.getByRole('button', { name: 'Try now' }).click()
    const { 'retry-after': wait } = (await answered).headers()
    expect(Number(wait)).toBeGreaterThan(0)
    expect(Number(wait)).toBeLessThanOrEqual(30)
    await expect(page.getByText(/Next try in \d+ s\./)).toBeVisible()
    expect(recorder.requests).toHaveLength(asked)
  })
})

test.describe('abandoned requests', () => {
  test('a search replaced by another ends at the recorder', async ({ page, recorder }) => {
    await openSignedIn(page)
    recorder.on('list', recorderFault.hold, 1)
    await chooseDirection(page, 'Incoming')
    await expect.poll(() => recorder.held()).toBe(1)
    await chooseDirection(page, 'Outgoing')
    await expect.poll(() => recorder.aborted()).toBe(1)
    await settled(page)
    await expect.poll(() => recorder.active()).toBe(0)
    expect(await references(page)).toEqual(found({ direction: 2 }).slice(0, 50))
  })

  test('closing the page ends its search', async ({ page, recorder }) => {
    await openSignedIn(page)
    recorder.on('list', recorderFault.hold)
    await refresh(page)
    await expect.poll(() => recorder.held()).toBe(1)
    await page.close()
    await expect.poll(() => recorder.active()).toBe(0)
    expect(recorder.aborted()).toBe(1)
  })
})
