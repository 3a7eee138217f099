import { countOf, hostNowMs } from './api.ts'
import { expect, test } from './fixtures.ts'
import {
  chooseDirection,
  address,
  filters,
  historyLength,
  openList,
  owner,
  period,
  range,
  references,
  remoteNumber,
  results,
  settled,
  tableRows,
  watchListRequests,
} from './page-objects.ts'

const example =
  'page=1&pageSize=2&startTime=between:2018-11-01T00:00:00Z;2018-11-02T00:00:00Z&remotePartyNumber=contains:02&direction=1'

test('the vendor’s first example, pasted behind /recordings?, shows its rows to the letter and fills the form', async ({
  page,
}) => {
  await openList(page, example)
  await expect(results(page)).toHaveText('3–4 of 50')
  const rows = await tableRows(page)
  expect(rows).toHaveLength(2)
  expect(rows[0]).toMatchObject({
    Duration: '1:32',
    Direction: 'Incoming',
    'Remote number': '980200',
    'Local number': '229',
    Owner: 'Primo, Ugo',
    Reference: '2017000000175',
  })
  expect(rows[0]?.Started).toContain('15:39:15')
  expect(rows[1]).toMatchObject({
    Duration: '2:21',
    Direction: 'Incoming',
    'Remote number': '+390244548866',
    'Local number': '132',
    Owner: 'Secondi, Ada',
    Reference: '2017000000193',
  })
  expect(rows[1]?.Started).toContain('10:20:59')

  await expect(period(page)).toHaveValue('custom')
  const started = range(page, 'Started')
  await expect(started.getByRole('textbox', { name: 'From' })).toHaveValue('2018-11-01 01:00')
  await expect(started.getByRole('textbox', { name: 'To' })).toHaveValue('2018-11-02 01:00')
  await expect(remoteNumber(page)).toHaveValue('02')
  await expect(filters(page).getByRole('combobox', { name: 'Match' })).toHaveValue('contains')
  await expect(page.getByRole('radio', { name: 'Incoming' })).toBeChecked()
  await expect(page.getByRole('navigation', { name: 'Pages' })).toContainText('of 25')
  await expect(page.getByRole('textbox', { name: 'Page', exact: true })).toHaveValue('2')
  await expect(page.getByRole('combobox', { name: 'Rows per page' })).toHaveValue('2')
})

test('every filter of the API fills its field', async ({ page }) => {
  await page.goto(
    '/recordings?endTime=after:2026-11-20T00:00:00Z&localPartyNumber=225&ownerUsername=AGENT&direction=0&remotePartyNumber=980200',
  )
  // The name is known once the list has answered.
  await expect(owner(page)).toHaveValue('Neri, Bruno · AGENT')
  await expect(page.getByRole('radio', { name: 'Unknown' })).toBeChecked()
  await expect(filters(page).getByRole('combobox', { name: 'Match' })).toHaveValue('equals')
  await expect(filters(page).getByRole('textbox', { name: 'Local number' })).toHaveValue('225')
  await expect(range(page, 'Ended').getByRole('textbox', { name: 'From' })).toHaveValue('2026-11-20 01:00')
  await expect(range(page, 'Started').getByRole('textbox', { name: 'From' })).toHaveValue('')
})

test('reload and a second tab show the same', async ({ page, context }) => {
  await openList(page, 'direction=2&page=3&pageSize=25')
  const rows = await tableRows(page)
  await page.reload()
  await settled(page)
  expect(await tableRows(page)).toEqual(rows)
  const tab = await context.newPage()
  await tab.goto(page.url())
  await settled(tab)
  expect(await tableRows(tab)).toEqual(rows)
  await expect(tab.getByRole('radio', { name: 'Outgoing' })).toBeChecked()
})

test('back and forward go through the searches, form and rows alike', async ({ page }) => {
  await openList(page)
  const all = await references(page)
  await chooseDirection(page, 'Outgoing')
  await settled(page)
  await expect.poll(() => references(page)).not.toEqual(all)
  const outgoing = await references(page)
  await page.getByRole('button', { name: 'Next page' }).click()
  await expect(results(page)).toHaveText(/^51–100 of /)
  await page.goBack()
  await expect.poll(() => references(page)).toEqual(outgoing)
  await page.goBack()
  await expect.poll(() => references(page)).toEqual(all)
  await expect(page.getByRole('radio', { name: 'Any' })).toBeChecked()
  await page.goForward()
  await expect.poll(() => references(page)).toEqual(outgoing)
  await expect(page.getByRole('radio', { name: 'Outgoing' })).toBeChecked()
})

test('unreadable parts of a bookmark are dropped and named, and the rest is requested once', async ({
  page,
}) => {
  const asked = watchListRequests(page)
  await page.goto(
    '/recordings?page=-1&pageSize=abc&direction=9&startTime=on:31/02/2026&remotePartyNumber=contains:02',
  )
  await settled(page)
  const notice = page.getByRole('alert')
  await expect(notice).toHaveCount(1)
  await expect(notice).toContainText('Not understood, so not applied:')
  for (const part of ['page=-1', 'pageSize=abc', 'direction=9', 'startTime=on:31/02/2026']) {
    await expect(notice).toContainText(part)
  }
  await expect(notice).toContainText('You may see more calls than intended.')
  expect(address(page)).toBe('/recordings?remotePartyNumber=contains:02')
  expect(await historyLength(page)).toBe(2)
  await expect(remoteNumber(page)).toHaveValue('02')
  expect(asked).toHaveLength(1)
  expect(asked[0]?.get('remotePartyNumber')).toBe('contains:02')

  await page.getByRole('button', { name: 'Review filters' }).click()
  await expect(period(page)).toBeFocused()
  await page.getByRole('button', { name: 'Dismiss' }).click()
  await expect(page.getByText('Not understood')).toBeHidden()
})

test('a raw + and the recorder’s other name for the remote number are understood and rewritten', async ({
  page,
  host,
}) => {
  await openList(page, 'remotePartyNumber=contains:+39055')
  await expect(remoteNumber(page)).toHaveValue('+39055')
  expect(address(page)).toBe('/recordings?remotePartyNumber=contains:%2B39055')
  await expect(results(page)).toContainText(
    ` of ${await countOf(host, 'remotePartyNumber=contains:%2B39055')}`,
  )

  await openList(page, 'remoteParty=contains:0244548866')
  expect(address(page)).toBe('/recordings?remotePartyNumber=contains:0244548866')
  expect(await references(page)).toContain('2017000000193')
})

test('the front page is the last seven days; a bare list is unfiltered', async ({ page, host }) => {
  await page.goto('/')
  await settled(page)
  expect(address(page)).toBe('/recordings?startTime=on:last-7-days')
  await expect(period(page)).toHaveValue('on:last-7-days')
  const week = 'startTime=between:2026-11-16T23:00:00Z;2026-11-23T23:00:00Z'
  await expect(results(page)).toHaveText(`1–50 of ${await countOf(host, week)}`)
  await openList(page)
  expect(address(page)).toBe('/recordings')
  await expect(period(page)).toHaveValue('')
})

test('other spellings of the address lead to the list with its search, and an unknown page says so', async ({
  page,
  guard,
}) => {
  for (const path of ['/?direction=1', '/recordings/?direction=1']) {
    await page.goto(path)
    await settled(page)
    expect(address(page)).toBe('/recordings?direction=1')
    await expect(page.getByRole('radio', { name: 'Incoming' })).toBeChecked()
  }

  guard.expects(/status of 404/)
  await page.goto('/nowhere')
  await expect(page.getByText('This page does not exist.')).toBeVisible()
  await page.getByRole('link', { name: 'Go to the recordings' }).click()
  await settled(page)
})

test.describe('periods roll on with the host’s clock', () => {
  const cases = [
    ['on:today', 'between:2026-11-22T23:00:00Z;2026-11-23T23:00:00Z'],
    ['on:yesterday', 'between:2026-11-21T23:00:00Z;2026-11-22T23:00:00Z'],
    ['on:this-week', 'between:2026-11-22T23:00:00Z;2026-11-29T23:00:00Z'],
    ['on:last-week', 'between:2026-11-15T23:00:00Z;2026-11-22T23:00:00Z'],
    ['on:this-month', 'between:2026-10-31T23:00:00Z;2026-11-30T23:00:00Z'],
    ['on:last-month', 'between:2026-09-30T22:00:00Z;2026-10-31T23:00:00Z'],
    ['on:2026-03-29', 'between:2026-03-28T23:00:00Z;2026-03-29T22:00:00Z'],
    ['on:2026-10-25', 'between:2026-10-24T22:00:00Z;2026-10-25T23:00:00Z'],
    ['on:2026', 'between:2025-12-31T23:00:00Z;2026-12-31T23:00:00Z'],
  ] as const
  test('every period is resolved when the page asks, and the address keeps its name', async ({
    page,
    host,
  }) => {
    const asked = watchListRequests(page)
    for (const [bookmark, bounds] of cases) {
      await test.step(bookmark, async () => {
        const before = asked.length
        await page.goto(`/recordings?startTime=${bookmark}`)
        await expect(results(page)).toContainText(` of ${await countOf(host, `startTime=${bounds}`)}`)
        expect(asked[before]?.get('startTime')).toBe(bounds)
        expect(address(page)).toBe(`/recordings?startTime=${bookmark}`)
      })
    }
  })

  test('last:7d is exactly 168 hours before the host’s now', async ({ page }) => {
    const asked = watchListRequests(page)
    const before = await hostNowMs(page)
    await openList(page, 'startTime=last:7d')
    const after = await hostNowMs(page)
    const [, at = ''] = /^after:(.*)$/.exec(asked[0]?.get('startTime') ?? '') ?? []
    const nowMs = Date.parse(at) + 168 * 3_600_000
    expect(nowMs).toBeGreaterThanOrEqual(before)
    expect(nowMs).toBeLessThanOrEqual(after)
  })

  test('tz applies to calendar periods and to times without an offset', async ({ page }) => {
    const asked = watchListRequests(page)
    await openList(page, 'startTime=on:today&tz=America/New_York')
    await openList(page, 'startTime=after:2026-11-20T08:00:00&tz=America/New_York')
    await openList(page, 'startTime=after:2026-11-20T08:00:00')
    expect(asked.map((query) => query.get('startTime'))).toEqual([
      'between:2026-11-23T05:00:00Z;2026-11-24T05:00:00Z',
      'after:2026-11-20T13:00:00Z',
      'after:2026-11-20T08:00:00Z',
    ])
  })
})
