/** The words of the list without rows: while it loads, if nothing is found, and if the search is refused. */
import type { Page } from 'playwright'
import { countOf } from './api.ts'
import { expect, test } from './fixtures.ts'
import { hostFault } from './faulty-host.ts'
import { failedLoad } from './guard.ts'
import {
  chooseDirection,
  address,
  openList,
  references,
  remoteNumber,
  results,
  settled,
  table,
} from './page-objects.ts'
import { scopeLines } from './sources.ts'

test.use({ throughFaults: true })

const refresh = (page: Page) => page.getByRole('button', { name: 'Refresh' }).click()

test.describe('waiting', () => {
  test('the first load shows the table’s head and says that it loads; a refetch keeps the rows, marked busy', async ({
    page,
    faults,
  }) => {
    faults.on('list', hostFault.hold)
    await page.goto('/recordings')
    await expect(page.getByText('Loading recordings')).toBeAttached()
    await expect(table(page)).toHaveAttribute('aria-busy', 'true')
    await expect(table(page).getByRole('columnheader')).toHaveCount(7)
    faults.heal()
    await settled(page)
    await expect(page.getByText('Loading recordings')).toHaveCount(0)

    const rows = await references(page)
    faults.on('list', hostFault.hold)
    await refresh(page)
    await expect(page.locator('.table-pane')).toHaveAttribute('aria-busy', 'true')
    expect(await references(page)).toEqual(rows)
    faults.heal()
    await settled(page)
  })

  test('while the host does not answer, another search is possible', async ({ page, faults }) => {
    faults.on('list', hostFault.hold, 1)
    await page.goto('/recordings')
    await expect.poll(() => faults.held()).toBe(1)
    await chooseDirection(page, 'Incoming')
    await settled(page)
    expect(faults.held()).toBe(0)
  })
})

test.describe('nothing to show', () => {
  test('without matches, the page names the best filter to drop, and offers to clear the only one', async ({
    page,
    host,
    faults,
    source,
  }) => {
    await openList(page, 'startTime=on:2026-11&ownerUsername=nobody-at-all&direction=1')
    await expect(page.getByRole('main').getByText('No recordings match these 3 filters.')).toBeVisible()
    const november = 'startTime=between:2026-10-31T23:00:00Z;2026-11-30T23:00:00Z&direction=1'
    const without = await countOf(host, november)
    await expect(
      page.getByRole('main').getByText(`Without Owner “nobody-at-all” there are ${without}.`),
    ).toBeVisible()
    await expect(results(page)).toHaveText('0 of 0')
    await page.getByRole('button', { name: 'Remove Owner', exact: true }).click()
    await expect(results(page)).toHaveText(`1–50 of ${without}`)
    expect(address(page)).toBe('/recordings?startTime=on:2026-11&direction=1')

    await openList(page, 'localPartyNumber=999999')
    await expect(page.getByRole('main').getByText('No recordings match this filter.')).toBeVisible()
    await page.getByRole('main').getByRole('button', { name: 'Clear filters' }).click()
    await expect(results(page)).toHaveText(/^1–50 of /)

    faults.on('list', hostFault.json(200, { totalCount: 0, recordings: [] }), 1)
    await page.reload()
    await expect(page.getByRole('main').getByText('There are no recordings that you may find.')).toBeVisible()
    // The page tells where to look, so that line has to be there.
    await expect(page.getByText('The line above says whose calls you may find.')).toBeVisible()
    await expect(page.getByRole('main').getByText(scopeLines[source].manager)).toBeVisible()
  })

  test('a page past the end says how many pages there are and leads to the last', async ({ page }) => {
    await openList(page, 'startTime=between:2018-11-01T00:00:00Z;2018-11-02T00:00:00Z&page=999999')
    await expect(page.getByText('Page 1,000,000 does not exist.')).toBeVisible()
    await expect(page.getByText('This search has 2 pages.')).toBeVisible()
    await page.getByRole('button', { name: 'Go to page 2' }).click()
    await expect(results(page)).toHaveText('51–64 of 64')
  })
})

test('a refused filter is marked, a refused page leads to the first, a missing right hides the rows', async ({
  page,
  faults,
  guard,
}) => {
  guard.expects(failedLoad(400), failedLoad(403))

  await test.step('a filter that the recorder refuses is marked, and one press drops it', async () => {
    const message = 'remotePartyNumber cannot be “contains:02”: it takes a value.'
    faults.on('list', hostFault.invalid(0, message, 'remotePartyNumber'), 1)
    await page.goto('/recordings?remotePartyNumber=contains:02&direction=1')
    await expect(page.getByText('This search is not accepted.')).toBeVisible()
    await expect(remoteNumber(page)).toHaveAttribute('aria-invalid', 'true')
    await expect(remoteNumber(page)).toHaveAccessibleDescription(message)
    await page.getByRole('button', { name: 'Remove Remote number', exact: true }).click()
    await settled(page)
    expect(address(page)).toBe('/recordings?direction=1')
  })

  await test.step('a refusal that names no filter marks none, whatever its words mention', async () => {
    faults.on('list', hostFault.invalid(0, 'localPartyNumber or direction is wrong.', 'page'), 1)
    await page.goto('/recordings?remotePartyNumber=contains:02&direction=1')
    await expect(page.getByText('localPartyNumber or direction is wrong.')).toBeVisible()
    await expect(page.getByRole('button', { name: /^Remove .+ number$/ })).toHaveCount(0)
    await expect(page.locator('[aria-invalid="true"]')).toHaveCount(0)
    await page.getByRole('main').getByRole('button', { name: 'Clear filters' }).click()
    await settled(page)
    expect(address(page)).toBe('/recordings')
  })

  await test.step('a page that the recorder refuses leads to one that it has', async () => {
    faults.on('list', hostFault.invalid(1, 'page cannot be “7”.'), 1)
    await page.goto('/recordings?page=7&direction=1')
    await expect(page.getByText('This page of the search is not accepted.')).toBeVisible()
    await page.getByRole('button', { name: 'Go to page 1' }).click()
    await expect(results(page)).toHaveText(/^1–50 of /)
    expect(address(page)).toBe('/recordings?direction=1')
  })

  await test.step('403 during a session says which right is missing', async () => {
    faults.on('list', hostFault.problem(403, 'forbidden'))
    await refresh(page)
    await expect(page.getByText('manager may not search recordings.')).toBeVisible()
    await expect(table(page)).toBeHidden()
  })
})
