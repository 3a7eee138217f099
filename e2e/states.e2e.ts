import type { Page } from 'playwright'
import { countOf } from './api.ts'
import { expect, test } from './fixtures.ts'
import { fault } from './faulty-host.ts'
import { failedLoad, noAnswer } from './guard.ts'
import {
  chooseDirection,
  address,
  openList,
  references,
  remoteNumber,
  results,
  settled,
  spokenRows,
  table,
  tableRows,
} from './page-objects.ts'

test.use({ throughFaults: true })

const refresh = (page: Page) => page.getByRole('button', { name: 'Refresh' }).click()
const again = (page: Page) => page.getByRole('button', { name: 'Try again' }).click()

test.describe('waiting', () => {
  test('the first load shows the table’s head and says that it loads', async ({ page, faults }) => {
    faults.on('list', fault.hold)
    await page.goto('/recordings')
    await expect(page.getByText('Loading recordings')).toBeAttached()
    await expect(table(page)).toHaveAttribute('aria-busy', 'true')
    await expect(table(page).getByRole('columnheader')).toHaveCount(7)
    faults.heal()
    await settled(page)
    await expect(page.getByText('Loading recordings')).toHaveCount(0)
  })

  test('a refetch keeps the rows and marks them busy', async ({ page, faults }) => {
    await openList(page)
    const rows = await references(page)
    faults.on('list', fault.hold)
    await refresh(page)
    await expect(page.locator('.table-pane')).toHaveAttribute('aria-busy', 'true')
    expect(await references(page)).toEqual(rows)
    faults.heal()
    await settled(page)
  })

  test('a host that never answers keeps nobody from searching for something else', async ({
    page,
    faults,
  }) => {
    faults.on('list', fault.hold, 1)
    await page.goto('/recordings')
    await expect.poll(() => faults.held()).toBe(1)
    await chooseDirection(page, 'Incoming')
    await settled(page)
    expect(faults.held()).toBe(0)
  })
})

test.describe('nothing to show', () => {
  test('nothing found names the filter that is most worth dropping', async ({ page, host }) => {
    await openList(page, 'startTime=on:2026-11&ownerUsername=nobody-at-all&direction=1')
    await expect(page.getByText('No recordings match these 3 filters.')).toBeVisible()
    const november = 'startTime=between:2026-10-31T23:00:00Z;2026-11-30T23:00:00Z&direction=1'
    const without = await countOf(host, november)
    await expect(page.getByText(`Without Owner “nobody-at-all” there are ${without}.`)).toBeVisible()
    await expect(results(page)).toHaveText('0 of 0')
    await page.getByRole('button', { name: 'Remove Owner', exact: true }).click()
    await expect(results(page)).toHaveText(`1–50 of ${without}`)
    expect(address(page)).toBe('/recordings?startTime=on:2026-11&direction=1')
  })

  test('nothing found with one filter offers to clear it', async ({ page }) => {
    await openList(page, 'localPartyNumber=999999')
    await expect(page.getByText('No recordings match this filter.')).toBeVisible()
    await page.getByRole('main').getByRole('button', { name: 'Clear filters' }).click()
    await expect(results(page)).toHaveText(/^1–50 of /)
  })

  test('a page past the end says how many there are and leads to the last', async ({ page }) => {
    await openList(page, 'startTime=between:2018-11-01T00:00:00Z;2018-11-02T00:00:00Z&page=999999')
    await expect(page.getByText('Page 1,000,000 does not exist.')).toBeVisible()
    await expect(page.getByText('This search has 2 pages.')).toBeVisible()
    await page.getByRole('button', { name: 'Go to page 2' }).click()
    await expect(results(page)).toHaveText('51–64 of 64')
  })
})

test.describe('refused', () => {
  test('a filter that the recorder refuses is marked, and one press drops it', async ({
    page,
    faults,
    guard,
  }) => {
    guard.expects(failedLoad(400))
    const message = 'remotePartyNumber cannot be “contains:02”: it takes a value.'
    faults.on('list', fault.invalid(0, message, 'remotePartyNumber'), 1)
    await page.goto('/recordings?remotePartyNumber=contains:02&direction=1')
    await expect(page.getByText('The recorder does not accept this search.')).toBeVisible()
    await expect(remoteNumber(page)).toHaveAttribute('aria-invalid', 'true')
    await expect(remoteNumber(page)).toHaveAccessibleDescription(message)
    await page.getByRole('button', { name: 'Remove Remote number', exact: true }).click()
    await settled(page)
    expect(address(page)).toBe('/recordings?direction=1')
  })

  test('a refusal that names no filter marks none, whatever its words mention', async ({
    page,
    faults,
    guard,
  }) => {
    guard.expects(failedLoad(400))
    faults.on('list', fault.invalid(0, 'localPartyNumber or direction is wrong.', 'page'), 1)
    await page.goto('/recordings?remotePartyNumber=contains:02&direction=1')
    await expect(page.getByText('localPartyNumber or direction is wrong.')).toBeVisible()
    await expect(page.getByRole('button', { name: /^Remove .+ number$/ })).toHaveCount(0)
    await expect(page.locator('[aria-invalid="true"]')).toHaveCount(0)
    await page.getByRole('main').getByRole('button', { name: 'Clear filters' }).click()
    await settled(page)
    expect(address(page)).toBe('/recordings')
  })

  test('a page that the recorder refuses leads to one that it has', async ({ page, faults, guard }) => {
    guard.expects(failedLoad(400))
    faults.on('list', fault.invalid(1, 'page cannot be “7”.'), 1)
    await page.goto('/recordings?page=7&direction=1')
    await expect(page.getByText('The recorder does not accept this page of the search.')).toBeVisible()
    await page.getByRole('button', { name: 'Go to page 1' }).click()
    await expect(results(page)).toHaveText(/^1–50 of /)
    expect(address(page)).toBe('/recordings?direction=1')
  })

  test('403 in mid-session says what right is missing', async ({ page, faults, guard }) => {
    guard.expects(failedLoad(403))
    await openList(page)
    faults.on('list', fault.problem(403, 'forbidden'))
    await refresh(page)
    await expect(page.getByText('manager may not search recordings.')).toBeVisible()
    await expect(table(page)).toBeHidden()
  })
})

test.describe('failed', () => {
  test('500 tells the request’s id, is asked once, and can be tried again', async ({
    page,
    faults,
    guard,
  }) => {
    guard.expects(failedLoad(500))
    faults.on('list', fault.problem(500, 'internal'), 1)
    await page.goto('/recordings')
    await expect(page.getByText('Something went wrong on the server.')).toBeVisible()
    await expect(page.getByText('Your search is kept.')).toBeVisible()
    await expect(page.getByText('Request e2e-request')).toBeVisible()
    expect(faults.count('list')).toBe(1)
    await again(page)
    await settled(page)
  })

  test('500 over rows keeps them, says how old they are, and can be tried again', async ({
    page,
    faults,
    guard,
  }) => {
    guard.expects(failedLoad(500))
    await openList(page)
    const rows = await references(page)
    faults.on('list', fault.problem(500, 'internal'), 1)
    await refresh(page)
    await expect(page.getByRole('alert')).toContainText(
      /Rows as of (?:0[89]|10):\d\d\. The update failed; newer calls may be missing\./,
    )
    expect(await references(page)).toEqual(rows)
    await page.getByRole('alert').getByRole('button', { name: 'Try again' }).click()
    await expect(page.getByRole('alert')).toHaveCount(0)
  })

  test('a failed next page keeps the one that is there and says whose it is', async ({
    page,
    faults,
    guard,
  }) => {
    guard.expects(failedLoad(500))
    await openList(page)
    const rows = await references(page)
    faults.on('list', fault.problem(500, 'internal'), 1)
    await chooseDirection(page, 'Incoming')
    await expect(page.getByRole('alert')).toContainText('These rows are of the search before')
    expect(await references(page)).toEqual(rows)
  })

  test('504: the service is down, counted down to the next try, asked once', async ({
    page,
    faults,
    guard,
  }) => {
    guard.expects(failedLoad(504))
    await page.clock.install()
    faults.on('list', fault.problem(504, 'recorder_down'))
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

  test('504 over rows keeps them', async ({ page, faults, guard }) => {
    guard.expects(failedLoad(504))
    await openList(page)
    const rows = await references(page)
    faults.on('list', fault.problem(504, 'recorder_down'), 1)
    await refresh(page)
    await expect(page.getByRole('alert')).toContainText('The recording service is down.')
    expect(await references(page)).toEqual(rows)
  })

  for (const code of ['busy', 'storage_failed']) {
    test(`a host that says ${code} for good keeps the rows`, async ({ page, faults, guard }) => {
      guard.expects(failedLoad(503))
      await openList(page)
      const rows = await references(page)
      faults.on('list', fault.problem(503, code), 3)
      await refresh(page)
      await expect(page.getByRole('alert')).toContainText(/Rows as of .+ Request e2e-request/)
      expect(await references(page)).toEqual(rows)
      await page.getByRole('alert').getByRole('button', { name: 'Try again' }).click()
      await expect(page.getByRole('alert')).toHaveCount(0)
    })
  }

  test('a search that took too long offers a narrower one', async ({ page, faults, guard }) => {
    guard.expects(failedLoad(504))
    faults.on('list', fault.problem(504, 'recorder_timeout'), 1)
    await page.goto('/recordings?direction=1&page=4')
    await expect(page.getByText('This search took too long.')).toBeVisible()
    await expect(page.getByRole('button', { name: 'Try again' })).toBeVisible()
    await page.getByRole('button', { name: 'Last 7 days only' }).click()
    await settled(page)
    expect(address(page)).toBe('/recordings?startTime=on:last-7-days&direction=1')
  })

  for (const status of [502, 503]) {
    test(`${status} twice is tried again until it is answered`, async ({ page, faults, guard }) => {
      guard.expects(failedLoad(status))
      faults.on('list', fault.problem(status, 'not_ready'), 2)
      await openList(page)
      expect(faults.count('list')).toBe(3)
    })
  }

  test('503 for good is told after three tries', async ({ page, faults, guard }) => {
    guard.expects(failedLoad(503))
    faults.on('list', fault.problem(503, 'not_ready'))
    await page.goto('/recordings')
    await expect(page.getByText('Something went wrong on the server.')).toBeVisible()
    expect(faults.count('list')).toBe(3)
  })

  test('429 waits as it is told', async ({ page, faults, guard }) => {
    guard.expects(failedLoad(429))
    faults.on('list', fault.retryAfter(1), 1)
    await openList(page)
    expect(faults.count('list')).toBe(2)
  })

  test('429 for a whole day is told at once', async ({ page, faults, guard }) => {
    guard.expects(failedLoad(429))
    faults.on('list', fault.retryAfter(86_400), 1)
    await page.goto('/recordings')
    await expect(page.getByText('Too many searches at once.')).toBeVisible()
    expect(faults.count('list')).toBe(1)
    await again(page)
    await settled(page)
  })

  test('a connection that is cut is tried again, then told', async ({ page, faults, guard }) => {
    guard.expects(noAnswer)
    faults.on('list', fault.cut)
    await page.goto('/recordings')
    await expect(page.getByText('The server cannot be reached.')).toBeVisible()
    faults.heal()
    await again(page)
    await settled(page)
  })

  test('offline while paging: the rows stay, and online the page goes on by itself', async ({
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
})

test.describe('answers that are none', () => {
  for (const [name, what] of [
    ['a page of HTML', fault.html()],
    ['JSON that breaks off', fault.truncate],
    ['an array', fault.json(200, [])],
    ['a total that is no number', fault.json(200, { totalCount: '12' })],
    ['recordings that are no list', fault.json(200, { totalCount: 1, recordings: {} })],
  ] as const) {
    test(`${name} is not taken for an empty list`, async ({ page, faults }) => {
      faults.on('list', what, 1)
      await page.goto('/recordings')
      await expect(page.getByText('The answer could not be read.')).toBeVisible()
      await expect(page.getByText(/^No recordings match/)).toBeHidden()
      await again(page)
      await settled(page)
    })
  }

  test('an HTML error page of a proxy is told by its status', async ({ page, faults, guard }) => {
    guard.expects(failedLoad(504))
    faults.on('list', fault.html(504), 1)
    await page.goto('/recordings')
    await expect(page.getByText('The recording service is down.')).toBeVisible()
  })
})

test.describe('rows that are not perfect', () => {
  type Wire = Record<string, unknown>
  /** Changes the recordings of the answer, each by its place. */
  const changing = (changes: Readonly<Record<number, unknown>>) =>
    fault.change((json) => ({
      ...json,
      recordings: (json.recordings as Wire[]).map((recording, index) => {
        const change = changes[index]
        return typeof change === 'object' && change !== null
          ? { ...recording, ...change }
          : (change ?? recording)
      }),
    }))

  test('one malformed row of 25 takes no other with it', async ({ page, faults }) => {
    faults.on('list', changing({ 3: 'no recording' }))
    await openList(page, 'pageSize=25')
    expect(await tableRows(page)).toHaveLength(24)
    await expect(page.getByText('1 recording could not be read and is not shown.')).toBeVisible()
  })

  test('a field that cannot be read is shown as it came, the rest of the row as ever', async ({
    page,
    faults,
  }) => {
    faults.on(
      'list',
      changing({
        0: { direction: 7 },
        1: { direction: '1' },
        2: { direction: null },
        3: { duration: '-PT5S' },
        4: { duration: '00:01:30' },
        5: { startTime: 'yesterday' },
      }),
    )
    await openList(page)
    const rows = await spokenRows(page)
    expect(rows[0]?.Direction).toContain('Could not be read: 7')
    expect(rows[1]?.Direction).toBe('Incoming')
    expect(rows[2]?.Direction).toBe('none')
    expect(rows[3]?.Duration).toContain('Could not be read: -PT5S')
    expect(rows[4]?.Duration).toContain('Could not be read: 00:01:30')
    expect(rows[5]?.Started).toContain('Could not be read: yesterday')
    expect(rows.slice(0, 6).every((row) => /^\d{13}$/.test(row.Reference ?? ''))).toBe(true)
  })

  test('durations of every form are read', async ({ page, faults }) => {
    const forms = ['PT90M', 'P1DT2H', 'PT0S', 'PT3H', 'PT1H2M3S']
    faults.on('list', changing(Object.fromEntries(forms.map((duration, index) => [index, { duration }]))))
    await openList(page)
    const shown = (await tableRows(page)).slice(0, 5).map((row) => row.Duration)
    expect(shown).toEqual(['1:30:00', '26:00:00', '0:00', '3:00:00', '1:02:03'])
    const said = (await spokenRows(page)).slice(0, 5).map((row) => row.Duration)
    expect(said).toEqual([
      '1 hour 30 minutes',
      '26 hours',
      '0 seconds',
      '3 hours',
      '1 hour 2 minutes 3 seconds',
    ])
  })

  test('nobody’s calls and hidden numbers are told as such', async ({ page, faults }) => {
    faults.on(
      'list',
      changing({ 0: { ownerUsername: null, remotePartyNumber: 'anonymous', localPartyNumber: null } }),
    )
    await openList(page)
    const [row] = await spokenRows(page)
    expect(row).toMatchObject({ Owner: 'none', 'Remote number': 'anonymous', 'Local number': 'none' })
  })

  test('foreign text is text: no markup, and no control over what stands around it', async ({
    page,
    faults,
  }) => {
    const markup = '<img src=x onerror=alert(1)>'
    faults.on('list', changing({ 0: { ownerUsername: markup, remotePartyNumber: '+39\u202E1234\u0007' } }))
    await openList(page)
    const [row] = await tableRows(page)
    expect(row?.Owner).toBe(markup)
    expect(row?.['Remote number']).toBe('+39\\u{202e}1234\\u{7}')
  })
})
