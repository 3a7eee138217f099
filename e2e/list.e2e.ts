import { askApi, hostNowMs, minutesBetween } from './api.ts'
import { expect, test } from './fixtures.ts'
import {
  address,
  chooseLook,
  chooseZone,
  openList,
  references,
  results,
  rowLinks,
  rows,
  settled,
  spokenRows,
  table,
  tableRows,
  watchListRequests,
} from './page-objects.ts'
import { scopeLines } from './sources.ts'

/** The vendor's first example: two recordings with known values. */
const example =
  'page=1&pageSize=2&startTime=between:2018-11-01T00:00:00Z;2018-11-02T00:00:00Z&remotePartyNumber=contains:02&direction=1'

test('the newest recordings come first, and the page says whose, as of when and in which zone', async ({
  page,
  host,
  source,
}) => {
  const before = await hostNowMs(page)
  await openList(page)
  const asOf = minutesBetween(before, await hostNowMs(page))
  const { recordings, totalCount } = await askApi(host, 'page=0&pageSize=50')
  await expect(results(page)).toHaveText(`1–50 of ${totalCount.toLocaleString('en-GB')}`)
  expect(await references(page)).toEqual(recordings.map(({ referenceNumber }) => referenceNumber))
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Recordings')
  await expect(page.getByRole('main').getByText(scopeLines[source].manager, { exact: true })).toBeVisible()
  await expect(page.getByRole('banner').getByText(new RegExp(`^as of (?:${asOf})$`))).toBeVisible()
})

test('the columns have the names that everyone relies on, and Refresh asks again for the same rows', async ({
  page,
}) => {
  await openList(page)
  const headers = ['Started', 'Duration', 'Direction', 'Remote number', 'Owner', 'Local number', 'Reference']
  await expect(table(page).getByRole('columnheader')).toHaveText(headers)
  const asked = watchListRequests(page)
  await page.getByRole('button', { name: 'Refresh' }).click()
  await expect.poll(() => asked.length).toBe(1)
  await settled(page)
  expect(asked[0]?.get('page')).toBe('0')
})

test('a row can be seen and heard, with exact values beside it, and its link says where it leads', async ({
  page,
}) => {
  await openList(page, example)
  const texts = await tableRows(page)
  const row = rows(page).first()

  await test.step('durations and times', async () => {
    const [heard] = await spokenRows(page)
    expect(texts[0]?.Duration).toBe('1:32')
    expect(heard?.Duration).toBe('1 minute 32 seconds')
    expect(texts[0]?.Started).toMatch(/^15:39:15/)
    await expect(table(page).getByRole('rowheader')).toHaveText(['Thu 01 Nov 2018'])
    const cells = row.getByRole('cell')
    await expect(cells.nth(0)).toHaveAttribute('title', 'Recorded as 2018-11-01T16:39:15.0000000+02:00')
    await expect(cells.nth(1)).toHaveAttribute('title', 'PT1M31.87S')
  })

  await test.step('the time on the recorder’s clock is shown only where it differs from the page’s', () => {
    expect(texts[0]?.Started).toMatch(/15:39:15\s*16:39:15 there \(\+02:00\)$/)
    expect(texts[1]?.Started).toMatch(/10:20:59$/)
  })

  await test.step('the link is named by the reference and described by day, start, number and duration', async () => {
    const link = page.getByRole('link', { name: '2017000000193', exact: true })
    await expect(link).toHaveAccessibleDescription(
      /01 Nov 2018 10:20:59.*\+390244548866.*2 minutes 21 seconds/,
    )
    await expect(link).toHaveAttribute(
      'href',
      /^\/recordings\/966B4AF0-CC56-4724-A640-7025142652EF\?startTime=between:/i,
    )
  })

  await test.step('direction is a word, and numbers and names are isolated from the text around them', async () => {
    await expect(row.getByText('Incoming')).toBeVisible()
    for (const text of ['980200', 'Primo, Ugo', '229', '2017000000175']) {
      await expect(row.getByRole('cell', { name: text })).toHaveCSS('unicode-bidi', 'plaintext')
    }
  })
})

test('the chosen zone is the zone of all times and stays in the address', async ({ page }) => {
  const before = await hostNowMs(page)
  await openList(page, example)
  await chooseZone(page, 'new york')
  await expect.poll(() => new URL(page.url()).searchParams.get('tz')).toBe('America/New_York')
  await settled(page)
  const asOf = minutesBetween(before, await hostNowMs(page), 'America/New_York')
  const texts = await tableRows(page)
  expect(texts[0]?.Started).toMatch(/10:39:15/)
  await expect(page.getByText(new RegExp(`^as of (?:${asOf})$`))).toBeVisible()
  await page.reload()
  await settled(page)
  expect(await tableRows(page)).toEqual(texts)
  await chooseZone(page, 'rome')
  await expect.poll(() => address(page)).not.toContain('tz=')
})

test('a row opens in a new tab like any link, and a click anywhere on it opens it here', async ({
  page,
  context,
}) => {
  await openList(page, example)
  const opened = context.waitForEvent('page')
  await rowLinks(page)
    .first()
    .click({ modifiers: ['ControlOrMeta'] })
  const tab = await opened
  await expect(tab.getByRole('heading', { level: 1 })).toHaveText('Recording 2017000000175')
  await expect(results(page)).toBeVisible()
  await tab.close()

  await table(page).getByRole('cell', { name: '980200' }).click()
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Recording 2017000000175')
})

test.describe('looks', () => {
  test('the theme is chosen, kept, and there before the first paint', async ({ page }) => {
    await page.addInitScript(() => {
      new MutationObserver((_changes, observer) => {
        if (document.documentElement.dataset.theme === undefined) return
        observer.disconnect()
        performance.mark('dressed')
      }).observe(document, { subtree: true, attributes: true, childList: true })
    })
    await openList(page)
    await chooseLook(page, 'Theme', 'Dark')
    await expect(page.locator('html')).toHaveCSS('color-scheme', 'dark')
    await page.reload()
    await settled(page)
    await page.getByRole('button', { name: 'Account' }).click()
    await expect(page.getByRole('radio', { name: 'Dark' })).toBeChecked()
    const { dressed, painted } = await page.evaluate(() => ({
      dressed: performance.getEntriesByName('dressed')[0]?.startTime,
      painted: performance.getEntriesByName('first-paint')[0]?.startTime,
    }))
    expect(dressed).toBeLessThanOrEqual(painted ?? 0)
  })

  test('the theme follows the system until one is chosen', async ({ page }) => {
    const ground = () => page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor)
    await page.emulateMedia({ colorScheme: 'dark' })
    await openList(page)
    const dark = await ground()
    await page.emulateMedia({ colorScheme: 'light' })
    await expect.poll(ground).not.toBe(dark)
    await chooseLook(page, 'Theme', 'Dark')
    await expect.poll(ground).toBe(dark)
  })

  test('rows are compact until others are chosen, which then stay', async ({ page }) => {
    await openList(page)
    const height = async () => (await rows(page).first().boundingBox())?.height ?? 0
    const compact = await height()
    await chooseLook(page, 'Density', 'Comfortable')
    await expect.poll(height).toBeGreaterThan(compact)
    const comfortable = await height()
    await page.reload()
    await settled(page)
    expect(await height()).toBe(comfortable)
  })
})
