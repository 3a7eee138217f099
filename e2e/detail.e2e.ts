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

const box = async (part: Locator) => (await part.boundingBox()) ?? { x: 0, y: 0, width: 0, height: 0 }

const exampleId = '75A90276-E47E-4e9e-B463-E3C743D5FF3A'

const next = (page: Page) => page.getByRole('link', { name: 'Next recording' })
const previous = (page: Page) => page.getByRole('link', { name: 'Previous recording' })

test('a recording shows all its facts, the technical ones folded away and exact', async ({ page }) => {
  await page.goto(`/recordings/${exampleId}`)
  await expect(heading(page)).toHaveText('Recording 2017000000175')
  await expect(page).toHaveTitle('980200 called Primo, Ugo · Recording 2017000000175')
  await expect(page.getByText('980200 called Primo, Ugo', { exact: true })).toBeVisible()
  await expect(fact(page, 'Started')).toContainText('Thu 01 Nov 2018 15:39:15')
  await expect(fact(page, 'Started')).toContainText('Europe/Rome (+01:00)')
  await expect(fact(page, 'Started')).toContainText('16:39:15 there (+02:00)')
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

test('the call is painted before what is below it, so that a click is answered at once', async ({ page }) => {
  await openList(page)
  await page.evaluate(() => {
    const parts: boolean[] = []
    Object.assign(window, { parts })
    new MutationObserver(() => {
      if (document.querySelector('main.detail h1')) parts.push(document.querySelector('.player') !== null)
    }).observe(document.body, { childList: true, subtree: true })
  })
  await rowLinks(page).first().click()
  await expect(page.getByRole('button', { name: 'Play' })).toBeVisible()
  const [first, last] = await page.evaluate(() => {
    const { parts } = window as unknown as { parts: boolean[] }
    return [parts[0], parts.at(-1)]
  })
  expect([first, last]).toEqual([false, true])
})

test('an id in other letter case opens the same recording, and its times are in the page’s zone', async ({
  page,
}) => {
  await page.goto(`/recordings/${exampleId.toLowerCase()}?tz=Asia/Tokyo`)
  await expect(heading(page)).toHaveText('Recording 2017000000175')
  await expect(fact(page, 'Started')).toContainText('Thu 01 Nov 2018 23:39:15Asia/Tokyo (+09:00)')
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
  const places = async () => [await previous(page).boundingBox(), await next(page).boundingBox()]
  const atFirst = await places()
  await expect(next(page)).not.toHaveAttribute('aria-disabled')
  await expect(previous(page)).toHaveAttribute('aria-disabled', 'true')
  await openList(page, 'startTime=between:2018-11-01T00:00:00Z;2018-11-02T00:00:00Z&page=1')
  await rowLinks(page).nth(-2).click()
  await expect(page.getByText('63 of 64', { exact: true })).toBeVisible()

  await test.step('the steps keep their places and the focus', async () => {
    expect(await places()).toEqual(atFirst)
    await next(page).focus()
    await page.keyboard.press('Enter')
    await expect(page.getByText('64 of 64', { exact: true })).toBeVisible()
    await expect(next(page)).toHaveAttribute('aria-disabled', 'true')
    await expect(next(page)).toBeFocused()
    expect(await places()).toEqual(atFirst)
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

test('an owner’s name is shown in the list at once, and in the recording', async ({ page }) => {
  await openList(page, 'ownerUsername=user1')
  expect((await tableRows(page))[0]?.Owner).toBe('Primo, Ugo')
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
    const position = page.getByRole('slider', { name: 'Position' })
    await expect(position).toHaveAttribute('aria-valuetext', '0:00 of 1:32')
    await expect(page.getByText('0:00 / 1:32')).toBeVisible()
    await page.getByRole('button', { name: 'Forward 10 seconds' }).click()
    await position.press('ArrowLeft')
    await expect(position).toHaveAttribute('aria-valuetext', '0:05 of 1:32')
    await page.getByRole('combobox', { name: 'Speed' }).selectOption('1.5')
    await expect(player(page)).toHaveJSProperty('readyState', 0)
    expect(fetched).toEqual([])
    await position.press('Space')
    await expect(page.getByRole('button', { name: 'Pause' })).toBeVisible()
    await expect
      .poll(() => player(page).evaluate((audio: HTMLAudioElement) => audio.currentTime))
      .toBeGreaterThan(5.2)
    await expect(player(page)).toHaveJSProperty('playbackRate', 1.5)
    // The list says 1 minute 31.87 seconds, and the audio is as long.
    const duration = await player(page).evaluate((audio: HTMLAudioElement) => audio.duration)
    expect(duration).toBeGreaterThan(91)
    expect(duration).toBeLessThan(93)
    await player(page).evaluate((audio: HTMLAudioElement) => (audio.currentTime = audio.duration - 0.5))
    await expect(player(page)).toHaveJSProperty('ended', true)
    await expect(page.getByRole('button', { name: 'Play' })).toBeVisible()
    await page.reload()
    await expect(page.getByRole('combobox', { name: 'Speed' })).toHaveValue('1.5')
    expect(fetched[0]?.status).toBe(206)
    expect(fetched[0]?.range).toMatch(/^bytes 0-\d+\/\d+$/)
  })

  test('a recording without audio says so, and offers nothing to play', async ({ page, host }) => {
    const { recordings } = await askApi(host, 'page=1&pageSize=200')
    const silent = recordings.find(({ duration }) => duration === 'PT0S')
    await page.goto(`/recordings/${silent?.id}`)
    await expect(page.getByText('This recording has no audio.')).toBeVisible()
    await expect(page.getByRole('button', { name: 'Play' })).toHaveCount(0)
    await expect(page.getByRole('link', { name: 'Download' })).toHaveCount(0)
    await page.getByText('Technical facts').click()
    await expect(fact(page, 'Size')).toContainText('none')
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

test('the reference and the link are copied', async ({ page, context }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write'])
  const copied = () => page.evaluate(() => navigator.clipboard.readText())
  await page.goto(`/recordings/${exampleId}?direction=1`)
  await page.getByRole('button', { name: 'Copy reference' }).click()
  await expect(page.getByRole('status').filter({ hasText: 'Copied' })).toBeVisible()
  expect(await copied()).toBe('2017000000175')
  await page.getByRole('button', { name: 'Copy link' }).click()
  await expect.poll(copied).toBe(page.url())
  await page.evaluate(() => {
    navigator.clipboard.writeText = () => Promise.reject(new Error('refused'))
    document.execCommand = () => false
  })
  await page.getByRole('button', { name: 'Copy link' }).click()
  await expect(page.getByRole('status').filter({ hasText: 'Could not copy' })).toBeVisible()
})

test('all of a recording fits at every width, and uses a wide screen', async ({ page }) => {
  await page.goto(`/recordings/${exampleId}`)
  const card = (name: string): Locator => page.locator('section').filter({ hasText: name }).last()
  await expect(page.getByText('Recording group')).toBeVisible()
  for (const [width, height] of [
    [320, 640],
    [390, 844],
    [1440, 900],
    [2560, 1440],
  ] as const) {
    await test.step(`${width}`, async () => {
      await page.setViewportSize({ width, height })
      const play = await box(page.getByRole('button', { name: 'Play' }))
      expect([play.width, play.height]).toEqual([44, 44])
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width)
      const left = await box(page.getByText('980200 called Primo, Ugo', { exact: true }))
      const call = await box(card('Remote number'))
      const people = await box(card('Recording group'))
      expect(left.x).toBeLessThan(24)
      if (width < 1440) return
      expect(call.y + call.height).toBeLessThan(height)
      expect(people.x + people.width - left.x).toBeGreaterThan(width * 0.6)
    })
  }
})

test.describe('what can go wrong', () => {
  test.use({ throughFaults: true })

  test('audio that is lost says so and can be tried again', async ({ page, faults, guard }) => {
    guard.expects(failedLoad(404))
    faults.on('media', hostFault.problem(404, 'not_found'))
    await page.goto(`/recordings/${exampleId}`)
    await player(page).evaluate((audio: HTMLAudioElement) => audio.play().catch(() => undefined))
    await expect(page.getByRole('alert')).toContainText('There is no audio for this recording.')
    faults.heal()
    await page.getByRole('alert').getByRole('button', { name: 'Try again' }).click()
    await expect(player(page)).toHaveJSProperty('paused', false)
    await expect(page.getByRole('alert')).toHaveCount(0)
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
