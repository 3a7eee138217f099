import type { Locator, Page } from 'playwright'
import { askApi } from './api.ts'
import { expect, test } from './fixtures.ts'
import { hostFault } from './faulty-host.ts'
import {
  chooseDirection,
  address,
  historyLength,
  openList,
  range,
  references,
  results,
  rowLinks,
  rows,
  settled,
  table,
  watchListRequests,
  watchPurposes,
} from './page-objects.ts'

const pages = 'Pages'

/** Changes the total of the answer. */
const total = (totalCount: number) => hostFault.change((json) => ({ ...json, totalCount }))

const opacityAndWeight = (part: Locator): Promise<string> =>
  part.evaluate((element) => {
    const { opacity, fontWeight } = getComputedStyle(element)
    return `${opacity} ${fontWeight}`
  })

/** How total, rows and pager look. */
const looks = (page: Page): Promise<string[]> =>
  Promise.all(
    [results(page), table(page).getByRole('rowgroup').last(), page.locator('.list-pager')].map(
      opacityAndWeight,
    ),
  )

test('the pager goes next, last, previous and first, each one entry of the history', async ({ page }) => {
  await openList(page, 'direction=0')
  const pager = page.getByRole('navigation', { name: pages })
  await expect(pager.getByRole('button', { name: 'First page' })).toBeDisabled()
  await expect(pager.getByRole('button', { name: 'Previous page' })).toBeDisabled()
  const before = await historyLength(page)
  await pager.getByRole('button', { name: 'Next page' }).click()
  await expect(results(page)).toHaveText(/^51–100 of /)
  await pager.getByRole('button', { name: 'Last page' }).click()
  await expect(pager.getByRole('button', { name: 'Next page' })).toBeDisabled()
  await expect(results(page)).toHaveText(/–([\d,]+) of \1$/)
  await pager.getByRole('button', { name: 'Previous page' }).click()
  await expect(pager.getByRole('button', { name: 'Next page' })).toBeEnabled()
  await pager.getByRole('button', { name: 'First page' }).click()
  await expect(results(page)).toHaveText(/^1–50 of /)
  expect(address(page)).toBe('/recordings?direction=0')
  expect(await historyLength(page)).toBe(before + 4)
})

test('a walk over the pages repeats and skips nothing', async ({ page, host }) => {
  const day = 'startTime=between:2018-11-01T00:00:00Z;2018-11-02T00:00:00Z'
  await openList(page, `${day}&pageSize=25`)
  const walked = await references(page)
  for (const shown of [/^26–50 of /, /^51–64 of 64$/]) {
    await page.getByRole('button', { name: 'Next page' }).click()
    await expect(results(page)).toHaveText(shown)
    walked.push(...(await references(page)))
  }
  const { recordings } = await askApi(host, day)
  expect(walked).toEqual(recordings.map(({ referenceNumber }) => referenceNumber))
})

test('rows per page keeps the top row in view', async ({ page }) => {
  await openList(page, 'page=3')
  const [top] = await references(page)
  await page.getByRole('combobox', { name: 'Rows per page' }).selectOption('100')
  await expect(results(page)).toHaveText(/^101–200 of /)
  expect(address(page)).toBe('/recordings?page=1&pageSize=100')
  expect(await references(page)).toContain(top)
  await expect(page.getByRole('combobox', { name: 'Rows per page' }).getByRole('option')).toHaveText([
    '25',
    '50',
    '100',
    '200',
  ])
})

test('the next page is fetched ahead at hover, requested only once, and shown from its top', async ({
  page,
}) => {
  await openList(page)
  await rowLinks(page).last().scrollIntoViewIfNeeded()
  const asked = watchListRequests(page)
  await page.getByRole('button', { name: 'Next page' }).hover()
  await expect.poll(() => asked.map((query) => query.get('page'))).toEqual(['1'])
  await page.getByRole('button', { name: 'Next page' }).click()
  await expect(results(page)).toHaveText(/^51–100 of /)
  expect(asked.filter((query) => query.get('page') === '1')).toHaveLength(1)
  await expect(rowLinks(page).first()).toBeInViewport()
})

test('each request states its purpose, because the audit log separates paging from searches', async ({
  page,
}) => {
  const asked = watchPurposes(page)
  const shows = (first: number) => expect(results(page)).toHaveText(new RegExp(`^${first}–`))
  await openList(page, 'page=2')
  const next = page.getByRole('button', { name: 'Next page' })
  await next.hover()
  await expect.poll(() => asked).toEqual(['2 search', '3 prefetch'])
  await next.click()
  await shows(151)
  await page.getByRole('button', { name: 'First page' }).press('Enter')
  await shows(1)
  expect(asked.slice(2)).toEqual(['0 prefetch'])
  // Without hover or focus, as on a touch screen, this page was not fetched ahead.
  await page.getByRole('button', { name: 'Last page' }).dispatchEvent('click')
  await expect.poll(() => asked.slice(3)).toEqual([expect.stringMatching(/^\d+ paging$/)])
  await page.goBack()
  await shows(1)
  await page.goBack()
  await shows(151)
  expect(asked).toHaveLength(4)
  await page.getByRole('button', { name: 'Refresh' }).click()
  await expect.poll(() => asked.slice(4)).toEqual(['3 search'])
  await page.reload()
  await settled(page)
  expect(asked.slice(5)).toEqual(['3 search'])
  // After the reload, no other page of the search is cached.
  await page.goBack()
  await shows(101)
  expect(asked.slice(6)).toEqual(['2 paging'])
})

test('a reversed range has no pages: nothing is fetched ahead, and none is turned to', async ({ page }) => {
  await openList(page, 'startTime=after:2018-11-02')
  const asked = watchListRequests(page)
  const to = range(page, 'Started').getByRole('textbox', { name: 'To' })
  await to.fill('2018-10-01')
  await to.press('Enter')
  await expect(to).toHaveAttribute('aria-invalid', 'true')
  await page.getByRole('button', { name: 'Next page' }).hover()
  await page.getByRole('button', { name: 'Next page' }).click()
  await expect(results(page)).toHaveText(/^1–50 of /)
  expect(address(page)).not.toContain('page=')
  expect(asked).toEqual([])
})

test.describe('with a slow or strange host', () => {
  test.use({ throughFaults: true })

  test('the previous page stays, marked busy, until the next arrives, and an outdated search is cancelled', async ({
    page,
    faults,
  }) => {
    await openList(page)
    const before = await references(page)
    faults.on('list', hostFault.hold, 1)
    await page.getByRole('button', { name: 'Next page' }).click()
    await expect.poll(() => faults.held()).toBe(1)
    await expect(page.locator('.table-pane')).toHaveAttribute('aria-busy', 'true')
    expect(await references(page)).toEqual(before)
    await expect(results(page)).toHaveText(/^1–50 of /)
    faults.release()
    await expect(results(page)).toHaveText(/^51–100 of /)
    expect(await references(page)).not.toEqual(before)

    await openList(page)
    faults.on('list', hostFault.hold, 1)
    await chooseDirection(page, 'Incoming')
    await expect.poll(() => faults.held()).toBe(1)
    await expect.poll(() => looks(page)).toEqual(['0.55 400', '0.55 400', '0.55 400'])
    await chooseDirection(page, 'Outgoing')
    await expect.poll(() => faults.held()).toBe(0)
    await settled(page)
    await expect(table(page).getByText('Incoming')).toHaveCount(0)
    await expect.poll(() => looks(page)).toEqual(['1 600', '1 400', '1 400'])
  })

  test('a total over a million has digit groups, and a total that changes while paging is taken as it comes', async ({
    page,
    faults,
  }) => {
    faults.on('list', total(1_234_567), 1)
    await openList(page)
    await expect(results(page)).toHaveText('1–50 of 1,234,567')
    await expect(page.getByRole('navigation', { name: pages })).toContainText('of 24,692')
    await expect(rows(page)).toHaveCount(50)

    faults.on('list', total(300), 1)
    await page.getByRole('button', { name: 'Refresh' }).click()
    await expect(results(page)).toHaveText('1–50 of 300')
    faults.on('list', total(120))
    await page.getByRole('button', { name: 'Next page' }).click()
    await expect(results(page)).toHaveText('51–100 of 120')
    await expect(page.getByRole('navigation', { name: pages })).toContainText('of 3')
    await expect(page.getByRole('textbox', { name: 'Page' })).toHaveValue('2')
  })
})
