/** What goes from one recording to the next, what does not, and what happens where the next cannot be loaded. */
import { expect, test } from './fixtures.ts'
import { hostFault } from './faulty-host.ts'
import { failedLoad, noAnswer } from './guard.ts'
import { openList, rowLinks } from './page-objects.ts'

test.use({ throughFaults: true, permissions: ['clipboard-read', 'clipboard-write'] })

test('the volume goes along to the next recording, and "Copied" stays with the one that was copied', async ({
  page,
}) => {
  await openList(page)
  await rowLinks(page).first().click()
  const copied = page.getByRole('main').getByText('Copied')
  const volume = page.getByRole('slider', { name: 'Volume' })
  for (const key of ['End', 'ArrowLeft', 'ArrowLeft']) await volume.press(key)
  await expect(volume).toHaveValue('0.9')
  await page.getByRole('button', { name: 'Mute' }).click()
  for (const name of ['Copy reference', 'Copy link']) {
    await page.getByRole('button', { name }).click()
    await expect(copied.first()).toBeVisible()
  }
  await page.getByRole('link', { name: 'Next recording' }).click()
  await expect(page.getByText(/^2 of /)).toBeVisible()
  // Asked at once: after some seconds the words would be gone by themselves.
  expect(await copied.count()).toBe(0)
  await expect(page.getByRole('button', { name: 'Unmute' })).toBeVisible()
  await page.getByRole('button', { name: 'Unmute' }).click()
  await expect(volume).toHaveValue('0.9')
})

test('a next page that could not be loaded is no end: a press on the step asks again', async ({
  page,
  faults,
  guard,
}) => {
  guard.expects(failedLoad(500))
  await openList(page, 'pageSize=25')
  faults.on('list', hostFault.problem(500, 'internal'))
  await rowLinks(page).last().click()
  const next = page.getByRole('link', { name: 'Next recording' })
  await expect(next).toHaveAttribute('title', 'The results could not be loaded. Press to try again.')
  await expect(next).not.toHaveAttribute('aria-disabled', 'true')
  faults.heal()
  await next.click()
  await expect(page.getByText(/^26 of /)).toBeVisible()
})

test('a download that the host cannot answer says so, and an ended session brings the sign-in', async ({
  page,
  faults,
  guard,
}) => {
  guard.expects(failedLoad(401), noAnswer)
  await openList(page)
  await rowLinks(page).first().click()
  const download = page.getByRole('link', { name: 'Download' })
  faults.on('session', hostFault.cut)
  await download.click()
  await expect(page.getByRole('alert')).toHaveText(
    'The audio was not downloaded: the server cannot be reached.',
  )
  faults.heal()
  const saved = page.waitForEvent('download')
  await download.click()
  expect((await saved).suggestedFilename()).toMatch(/^\d+\.mp3$/)
  await expect(page.getByRole('alert')).toHaveCount(0)
  faults.on('session', hostFault.signedOut(), 1)
  await download.click()
  await expect(page.getByRole('dialog', { name: 'You were signed out' })).toBeVisible()
})
