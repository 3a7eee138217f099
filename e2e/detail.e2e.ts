import type { Locator, Page } from 'playwright'
import { readFileSync } from 'node:fs'
import { askApi } from './api.ts'
import { expect, test } from './fixtures.ts'
import { hostFault } from './faulty-host.ts'
import { failedLoad, noAnswer } from './guard.ts'
import { address, openList, references, results, rowLinks, settled, tableRows } from './page-objects.ts'

const heading = (page: Page): Locator => page.getByRole('heading', { level: 1 })
const player = (page: Page): Locator => page.getByLabel(/^Audio of recording /)
/** The value beside a fact's label. */
const fact = (page: Page, label: string): Locator =>
  page.getByRole('definition').and(page.locator(`dt:text-is("${label}") + dd`))

const exampleId = '75A90276-E47E-4e9e-B463-E3C743D5FF3A'

const next = (page: Page) => page.getByRole('link', { name: 'Next recording' })
const previous = (page: Page) => page.getByRole('link', { name: 'Previous recording' })

test('a recording shows all its facts, the technical ones folded away and exact', async ({ page }) => {
  await page.goto(`/recordings/${exampleId}`)
  await expect(heading(page)).toHaveText('Recording 2017000000175')
  await expect(page).toHaveTitle('Recording 2017000000175')
  await expect(fact(page, 'Started')).toContainText('Thursday, 1 November 2018 at 15:39:15 GMT+01:00')
  await expect(fact(page, 'Started')).toContainText('2018-11-01T16:39:15.0000000+02:00')
  await expect(fact(page, 'Ended')).toContainText('15:40:46')
  await expect(fact(page, 'Duration')).toContainText('1:32')
  await expect(fact(page, 'Duration')).toContainText('1 minute 32 seconds')
  await expect(fact(page, 'Direction')).toHaveText('Incoming')
  await expect(fact(page, 'Remote number')).toHaveText('980200')
  await expect(fact(page, 'Local number')).toHaveText('229')
  await expect(fact(page, 'Owner')).toHaveText('Primo, Ugo')
  await expect(fact(page, 'Username')).toHaveText('user1')
  await expect(fact(page, 'Recording group')).toHaveText('Support')
  await expect(fact(page, 'Department')).toHaveText('Customer care')
  await expect(fact(page, 'Phone number')).toHaveText(/^\d+$/)

  await expect(fact(page, 'Hash')).toBeHidden()
  await page.getByText('Technical facts').click()
  await expect(fact(page, 'Id')).toHaveText(exampleId)
  await expect(fact(page, 'Reference')).toHaveText('2017000000175')
  await expect(fact(page, 'Start as recorded')).toHaveText('2018-11-01T16:39:15.0000000+02:00')
  await expect(fact(page, 'Duration as recorded')).toHaveText('PT1M31.87S')
  await expect(fact(page, 'Size')).toHaveText(/^[\d.]+ KB \([\d,]+ bytes\)$/)
  await expect(fact(page, 'Hash')).toHaveText(/^SHA-256 [\da-f]{64}$/)
})

test('an id in other letter case opens the same recording, and its times are in the page’s zone', async ({
  page,
}) => {
  await page.goto(`/recordings/${exampleId.toLowerCase()}?tz=Asia/Tokyo`)
  await expect(heading(page)).toHaveText('Recording 2017000000175')
  await expect(fact(page, 'Started')).toContainText('23:39:15 GMT+09:00')
})

test('"Back to results" and the browser’s Back restore rows, scroll and focus, without a request', async ({
  page,
}) => {
  await openList(page, 'direction=1&page=2')
  const rows = await tableRows(page)
  const link = rowLinks(page).nth(35)
  const reference = (await link.textContent()) ?? ''
  await link.scrollIntoViewIfNeeded()
  const scrolled = await page.locator('.table-pane').evaluate((pane) => pane.scrollTop)
  expect(scrolled).toBeGreaterThan(0)
  await link.click()
  await expect(heading(page)).toHaveText(`Recording ${reference}`)
  await expect(heading(page)).toBeFocused()
  expect(address(page)).toMatch(/^\/recordings\/[^?]+\?direction=1&page=2$/)
  const asked: string[] = []
  // The browser itself sometimes requests the icon again.
  page.on('request', (request) => {
    if (!request.url().endsWith('/favicon.svg')) asked.push(request.url())
  })
  await page.getByRole('link', { name: 'Back to results' }).click()
  await expect(page.getByRole('link', { name: reference, exact: true })).toBeFocused()
  expect(await page.locator('.table-pane').evaluate((pane) => pane.scrollTop)).toBe(scrolled)
  expect((await tableRows(page)).map((row) => row.Reference)).toEqual(rows.map((row) => row.Reference))
  expect(address(page)).toBe('/recordings?direction=1&page=2')
  expect(asked).toEqual([])

  const other = rowLinks(page).nth(4)
  const otherReference = (await other.textContent()) ?? ''
  await other.click()
  await expect(heading(page)).toHaveText(`Recording ${otherReference}`)
  await page.goBack()
  await expect(page.getByRole('link', { name: otherReference, exact: true })).toBeFocused()
})

test('next and previous go through the results, across the edges of pages', async ({ page, host }) => {
  const search = 'direction=2&pageSize=25'
  const { recordings } = await askApi(host, 'direction=2&page=0&pageSize=50')
  const order = recordings.map(({ referenceNumber }) => referenceNumber)
  await openList(page, search)
  await page.getByRole('link', { name: order[24] ?? '', exact: true }).click()
  await expect(heading(page)).toHaveText(`Recording ${order[24]}`)
  await page.getByRole('link', { name: 'Next recording' }).click()
  await expect(heading(page)).toHaveText(`Recording ${order[25]}`)
  expect(address(page)).toContain('page=1')
  await page.getByRole('link', { name: 'Previous recording' }).click()
  await expect(heading(page)).toHaveText(`Recording ${order[24]}`)
  await page.getByRole('link', { name: 'Next recording' }).click()
  await page.getByRole('link', { name: 'Back to results' }).click()
  await expect(results(page)).toHaveText(/^26–50 of /)
  await expect(page.getByRole('link', { name: order[25] ?? '', exact: true })).toBeFocused()
})

test('the first result has no previous, the last no next', async ({ page }) => {
  await openList(page, 'startTime=between:2018-11-01T00:00:00Z;2018-11-02T00:00:00Z')
  await rowLinks(page).first().click()
  await expect(page.getByText('1 of 64', { exact: true })).toBeVisible()
  await expect(next(page)).not.toHaveAttribute('aria-disabled')
  await expect(previous(page)).toHaveAttribute('aria-disabled', 'true')
  await openList(page, 'startTime=between:2018-11-01T00:00:00Z;2018-11-02T00:00:00Z&page=1')
  await rowLinks(page).nth(-2).click()
  await expect(page.getByText('63 of 64', { exact: true })).toBeVisible()

  await test.step('the steps keep their places and the focus', async () => {
    const places = async () => [await previous(page).boundingBox(), await next(page).boundingBox()]
    const before = await places()
    await next(page).focus()
    await page.keyboard.press('Enter')
    await expect(page.getByText('64 of 64', { exact: true })).toBeVisible()
    await expect(next(page)).toHaveAttribute('aria-disabled', 'true')
    await expect(next(page)).toBeFocused()
    expect(await places()).toEqual(before)
    await page.keyboard.press('Enter')
    await expect(page.getByText('64 of 64', { exact: true })).toBeVisible()
  })
})

test.describe('while the next page is on its way', () => {
  test.use({ throughFaults: true })

  test('a step over the edge waits for it', async ({ page, faults }) => {
    await openList(page, 'direction=2&pageSize=25')
    faults.on('list', hostFault.hold)
    await rowLinks(page).last().click()
    await expect(page.getByText(/^25 of /)).toBeVisible()
    await expect.poll(() => faults.held()).toBe(1)
    await next(page).click()
    await expect(next(page)).toHaveAttribute('aria-busy', 'true')
    faults.heal()
    await expect(page.getByText(/^26 of /)).toBeVisible()
    expect(address(page)).toContain('page=1')
  })
})

test('a shared link opens the recording, and its way back leads to its search', async ({ page }) => {
  const search = 'startTime=between:2018-11-01T00:00:00Z;2018-11-02T00:00:00Z&direction=1'
  await page.goto(`/recordings/${exampleId}?${search}`)
  await expect(heading(page)).toHaveText('Recording 2017000000175')
  await page.getByRole('link', { name: 'Back to results' }).click()
  await settled(page)
  await expect(results(page)).toHaveText('1–50 of 57')
  expect(await references(page)).toContain('2017000000175')
})

test('an owner’s name, once learned, is shown in the list', async ({ page }) => {
  await openList(page, 'ownerUsername=user1')
  await rowLinks(page).first().click()
  await expect(fact(page, 'Owner')).toHaveText('Primo, Ugo')
  await page.getByRole('link', { name: 'Back to results' }).click()
  await expect.poll(async () => (await tableRows(page))[0]?.Owner).toBe('Primo, Ugo')
})

test.describe('audio', () => {
  test('it really plays, in ranges, and loads only on Play', async ({ page }) => {
    const fetched: { status: number; range: string | undefined }[] = []
    page.on('response', (response) => {
      if (!response.url().includes('/Media')) return
      fetched.push({ status: response.status(), range: response.headers()['content-range'] })
    })
    await page.goto(`/recordings/${exampleId}`)
    await expect(page.getByText('Playing or downloading is logged under your name.')).toBeVisible()
    await expect(player(page)).toHaveJSProperty('readyState', 0)
    expect(fetched).toEqual([])
    await player(page).evaluate((audio: HTMLAudioElement) => audio.play())
    await expect
      .poll(() => player(page).evaluate((audio: HTMLAudioElement) => audio.currentTime))
      .toBeGreaterThan(0.2)
    const duration = await player(page).evaluate((audio: HTMLAudioElement) => audio.duration)
    expect(duration).toBeGreaterThan(1)
    await player(page).evaluate((audio: HTMLAudioElement) => (audio.currentTime = audio.duration - 0.5))
    await expect(player(page)).toHaveJSProperty('ended', true)
    expect(fetched[0]?.status).toBe(206)
    expect(fetched[0]?.range).toMatch(/^bytes 0-\d+\/\d+$/)
  })

  test('a recording is downloaded under its reference', async ({ page }) => {
    await page.goto(`/recordings/${exampleId}`)
    const started = page.waitForEvent('download')
    await page.getByRole('link', { name: 'Download' }).click()
    const download = await started
    expect(download.suggestedFilename()).toBe('2017000000175.mp3')
    const bytes = readFileSync(await download.path())
    await page.getByText('Technical facts').click()
    await expect(fact(page, 'Size')).toContainText(`(${bytes.length.toLocaleString('en-GB')} bytes)`)
  })
})

test.describe('what can go wrong', () => {
  test.use({ throughFaults: true })

  test('audio that is lost says so and can be tried again', async ({ page, faults, guard }) => {
    guard.expects(failedLoad(404))
    faults.on('media', hostFault.problem(404, 'not_found'), 1)
    await page.goto(`/recordings/${exampleId}`)
    await player(page).evaluate((audio: HTMLAudioElement) => audio.play().catch(() => undefined))
    await expect(page.getByRole('alert')).toContainText('The audio could not be played.')
    await page.getByRole('alert').getByRole('button', { name: 'Try again' }).click()
    await expect(player(page)).toHaveJSProperty('paused', false)
    await expect(page.getByText('The audio could not be played.')).toBeHidden()
  })

  test('an invalid id and a missing recording say why, and lead back', async ({ page, guard }) => {
    guard.expects(failedLoad(400), failedLoad(404))
    await page.goto('/recordings/42')
    await expect(page.getByText('This is not the id of a recording.')).toBeVisible()

    await page.goto('/recordings/00000000-0000-4000-8000-000000000000?direction=1')
    await expect(
      page.getByText('This recording is not available: removed, expired, or outside your rights.'),
    ).toBeVisible()
    await page.getByRole('link', { name: 'Back to results' }).last().click()
    await expect(results(page)).toHaveText(/^1–50 of /)
    expect(address(page)).toBe('/recordings?direction=1')
  })

  test('a missing recording leads to the next', async ({ page, faults, guard }) => {
    guard.expects(failedLoad(404))
    await openList(page)
    const [, second] = await references(page)
    faults.on('detail', hostFault.problem(404, 'not_found'), 1)
    await rowLinks(page).first().click()
    await expect(page.getByText(/^This recording is not available/)).toBeVisible()
    await page.getByRole('main').getByRole('link', { name: 'Next recording' }).last().click()
    await expect(heading(page)).toHaveText(`Recording ${second}`)
  })

  test('a failure keeps the facts from the list, and can be tried again', async ({ page, faults, guard }) => {
    guard.expects(failedLoad(500))
    await openList(
      page,
      'startTime=between:2018-11-01T00:00:00Z;2018-11-02T00:00:00Z&remotePartyNumber=980200',
    )
    faults.on('detail', hostFault.problem(500, 'internal'), 1)
    await rowLinks(page).first().click()
    await expect(page.getByText('The recording could not be loaded.')).toBeVisible()
    await expect(page.getByText('Request e2e-request')).toBeVisible()
    await expect(fact(page, 'Remote number')).toHaveText('980200')
    await page.getByRole('button', { name: 'Try again' }).click()
    await expect(fact(page, 'Owner')).toHaveText('Primo, Ugo')
    await expect(page.getByText('The recording could not be loaded.')).toBeHidden()
  })

  test('a lost connection says so and can be tried again', async ({ page, faults, guard }) => {
    guard.expects(noAnswer)
    faults.on('detail', hostFault.cut)
    await page.goto(`/recordings/${exampleId}`)
    await expect(page.getByText('The server cannot be reached.')).toBeVisible()
    faults.heal()
    await page.getByRole('button', { name: 'Try again' }).click()
    await expect(fact(page, 'Owner')).toHaveText('Primo, Ugo')
  })

  test('a note, a legal hold and unreadable fields are shown as text', async ({ page, faults }) => {
    const strange = {
      note: { text: '<img src=x onerror=alert(1)> call back', author: 'agent' },
      preservingUser: { username: 'pvalente', firstName: 'Patrizia', lastName: 'Valente' },
      duration: '-PT5S',
      owner: null,
    }
    faults.on(
      'detail',
      hostFault.change((json) => ({ ...json, ...strange })),
    )
    await page.goto(`/recordings/${exampleId}`)
    await expect(page.getByText('<img src=x onerror=alert(1)> call back')).toBeVisible()
    await expect(
      page.getByText('On legal hold, set by Patrizia Valente. Change it in the recorder.'),
    ).toBeVisible()
    await expect(fact(page, 'Duration')).toContainText('Could not be read: -PT5S')
    await expect(fact(page, 'Owner')).toHaveText('Nobody owns it any more')
  })
})
