/** Audio through the relay. The recorder logs every download under the user's name, so the relay requests it once. */
import type { Locator, Page } from 'playwright'
import { readFileSync } from 'node:fs'
import { failedLoad } from './guard.ts'
import { audioOf, type Call } from '../src/testing/recorder/calls.ts'
import { recorderFault } from '../src/testing/recorder/faults.ts'
import { enter } from './api.ts'
import { calls, expect, test } from './relay-fixtures.ts'

const player = (page: Page): Locator => page.getByLabel(/^Audio of recording /)
/** Presses play without waiting for sound. */
const play = (page: Page): Promise<void> =>
  player(page).evaluate((audio: HTMLAudioElement) => void audio.play().catch(() => undefined))
const seek = (page: Page, toS: number): Promise<void> =>
  player(page).evaluate((audio: HTMLAudioElement, at) => {
    audio.currentTime = at
  }, toS)
const playedS = (page: Page): Promise<number> =>
  player(page).evaluate((audio: HTMLAudioElement) => audio.currentTime)

/** Five recordings of twelve seconds each. */
function longest(): readonly [Call, Call, Call, Call, Call] {
  const [first, second, third, fourth, fifth] = calls.filter(({ audioFrames }) => audioFrames === 500)
  if (!first || !second || !third || !fourth || !fifth)
    throw new Error('Too few generated recordings have twelve seconds of audio.')
  return [first, second, third, fourth, fifth]
}
const [call, other, third, fourth, fifth] = longest()

async function openRecording(page: Page, { id } = call): Promise<void> {
  await enter(page.request, 'manager')
  await page.goto(`/recordings/${id}`)
  await expect(page.getByText('Playing or downloading is logged under your name.')).toBeVisible()
}

test('playing with jumps back and forth asks the recorder once', async ({ page, recorder }) => {
  await openRecording(page)
  expect(recorder.count('media')).toBe(0)
  await play(page)
  await expect.poll(() => playedS(page)).toBeGreaterThan(0.2)
  for (const toS of [9, 3, 11.5]) {
    await seek(page, toS)
    await expect.poll(() => playedS(page)).toBeGreaterThan(toS)
  }
  await expect(player(page)).toHaveJSProperty('ended', true)
  await play(page)
  await expect.poll(() => playedS(page)).toBeLessThan(9)
  expect(recorder.count('media')).toBe(1)
})

test('a recording is downloaded under its reference, to the last byte', async ({ page, recorder }) => {
  await openRecording(page)
  const started = page.waitForEvent('download')
  await page.getByRole('link', { name: 'Download' }).click()
  const download = await started
  expect(download.suggestedFilename()).toBe(`${call.referenceNumber}.mp3`)
  expect(readFileSync(await download.path()).equals(audioOf(call))).toBe(true)
  expect(recorder.count('media')).toBe(1)
})

test.describe('the audio’s request ends when the listener leaves', () => {
  for (const [how, leave] of [
    ['back to the list', (page: Page) => page.getByRole('link', { name: 'Back to results' }).first().click()],
    ['by closing the page', (page: Page) => page.close()],
  ] as const) {
    test(how, async ({ page, recorder }) => {
      recorder.on('media', recorderFault.drip(50))
      await openRecording(page)
      await play(page)
      await expect.poll(() => recorder.active()).toBe(1)
      await leave(page)
      await expect.poll(() => recorder.active()).toBe(0)
      expect(recorder.aborted()).toBe(1)
      expect(recorder.count('media')).toBe(1)
    })
  }
})

test.describe('audio that goes wrong', () => {
  test.use({ settings: { RECORDER_TIMEOUT: '2' } })

  /** All of the recordings play longer than this. */
  const SHORTEST_S = 11.9
  /** Twelve times as much audio, so that it plays before all of it is there. */
  const longer = recorderFault.bytes((audio) => Buffer.concat(Array.from({ length: 12 }, () => audio)))
  const brokenOff = 'The audio could not be played. The recorder broke the connection off.'
  test('the page says so, and it can be tried again', async ({ page, recorder, guard }) => {
    guard.expects(/^error: Failed to load resource/)
    const alert = page.getByRole('alert')
    for (const [name, recording, what, said] of [
      [
        'it stalls in its middle',
        call,
        recorderFault.stall,
        'The audio could not be played: the recorder took too long to send it.',
      ],
      ['it is shorter than it says', other, recorderFault.length('too-long'), brokenOff],
      ['it breaks off', third, recorderFault.cut('half'), brokenOff],
      ['it breaks off while it plays', fifth, [longer, recorderFault.cut('half')], brokenOff],
      [
        'it is a login page',
        fourth,
        recorderFault.loginPage,
        'The audio could not be played. The recorder answered text/html, not audio.',
      ],
    ] as const) {
      await test.step(name, async () => {
        recorder.on('media', what)
        await openRecording(page, recording)
        const before = recorder.count('media')
        await play(page)
        await expect(alert).toContainText(said)
        await expect.poll(() => recorder.active()).toBe(0)
        // The player has requested the rest, and the page the reason. The host answers both without the recorder.
        expect(recorder.count('media')).toBe(before + 1)
        const heardS = await playedS(page)
        recorder.heal()
        await alert.getByRole('button', { name: 'Try again' }).click()
        // It may already have ended on a busy machine, so this does not ask whether it still plays.
        await expect.poll(() => playedS(page)).toBeGreaterThan(Math.min(heardS + 0.2, SHORTEST_S))
        await expect(alert).toHaveCount(0)
      })
    }
  })

  test('a recorder that is down is named', async ({ page, recorder, guard }) => {
    guard.expects(failedLoad(504))
    await openRecording(page)
    await recorder.refuseConnections()
    await play(page)
    await expect(page.getByRole('alert')).toContainText(
      'The audio could not be played: the recording service is down. Your place is kept.',
    )
    await recorder.acceptConnections()
    await page.getByRole('alert').getByRole('button', { name: 'Try again' }).click()
    await expect.poll(() => playedS(page)).toBeGreaterThan(0.2)
  })

  test('bytes beyond the announced length do not become part of the next recording', async ({
    page,
    recorder,
  }) => {
    recorder.on('media', recorderFault.length('too-short'), 1)
    await openRecording(page)
    await play(page)
    await expect.poll(() => playedS(page)).toBeGreaterThan(0.2)
    await page.goto(`/recordings/${other.id}`)
    const started = page.waitForEvent('download')
    await page.getByRole('link', { name: 'Download' }).click()
    expect(readFileSync(await (await started).path()).equals(audioOf(other))).toBe(true)
  })
})
