/** The recorder checks the passwords. These tests cover its rights, its refusals and its silence. */
import type { Page } from 'playwright'
import { failedLoad } from './guard.ts'
import {
  address,
  openList,
  references,
  results,
  settled,
  fillSignIn,
  table,
  tableRows,
} from './page-objects.ts'
import { recorderFault } from '../src/testing/recorder/faults.ts'
import type { Recorder } from '../src/testing/recorder/recorder.ts'
import { calls, expect, openSignedIn, test } from './relay-fixtures.ts'
import { refusals } from './sources.ts'

const dialog = (page: Page) => page.getByRole('dialog', { name: 'You were signed out' })
const down = 'Your password could not be checked: the recording service is down.'

/** The number of requests with these credentials. */
function countWith({ requests }: Recorder, username: string, password: string): number {
  const authorization = `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`
  return requests.filter(({ headers }) => headers.authorization === authorization).length
}

test.describe('a password changed during a session', () => {
  test('is tried once, and once more when it is typed, and the same user goes on where they were', async ({
    page,
    recorder,
    guard,
  }) => {
    guard.expects(failedLoad(401))
    await openSignedIn(page, 'direction=1')
    const rows = await references(page)
    const sent = countWith(recorder, 'manager', 'demo')
    recorder.setPassword('manager', 'changed')
    await page.getByRole('button', { name: 'Last page' }).click()
    await expect(dialog(page)).toBeVisible()
    expect(countWith(recorder, 'manager', 'demo')).toBe(sent + 1)
    expect(await references(page)).toEqual(rows)
    await expect(dialog(page).getByRole('textbox', { name: 'Username' })).toHaveValue('manager')
    await fillSignIn(page, 'manager', 'demo')
    await expect(dialog(page).getByRole('alert')).toHaveText(refusals.recorder)
    await fillSignIn(page, 'manager', 'changed')
    await expect(dialog(page)).toBeHidden()
    await expect(results(page)).toHaveText(/–([\d,]+) of \1$/)
    expect(address(page)).toMatch(/^\/recordings\?direction=1&page=\d+$/)
    // The recorder may have refused the old password in error, so a new sign-in may try it again.
    expect(countWith(recorder, 'manager', 'demo')).toBe(sent + 2)
  })

  test('ends a second tab as well, without another attempt', async ({ page, context, recorder, guard }) => {
    guard.expects(failedLoad(401))
    await openSignedIn(page)
    const tab = await context.newPage()
    await tab.goto('/recordings?direction=2')
    await settled(tab)
    const sent = countWith(recorder, 'manager', 'demo')
    recorder.setPassword('manager', 'changed')
    for (const one of [page, tab]) {
      await one.getByRole('button', { name: 'Refresh' }).click()
      await expect(dialog(one)).toBeVisible()
    }
    expect(countWith(recorder, 'manager', 'demo')).toBe(sent + 1)
  })

  test('another user finds everything cleared', async ({ page, recorder, guard }) => {
    guard.expects(failedLoad(401))
    await openSignedIn(page)
    const foreign = (await tableRows(page)).find(({ Owner }) => Owner !== 'mrossi')?.Reference ?? ''
    expect(foreign).toMatch(/^\d+$/)
    recorder.setPassword('manager', 'changed')
    await page.getByRole('button', { name: 'Refresh' }).click()
    await expect(dialog(page)).toBeVisible()
    await fillSignIn(page, 'mrossi')
    await expect(dialog(page)).toBeHidden()
    await settled(page)
    const owners = async () => [...new Set((await tableRows(page)).map(({ Owner }) => Owner))]
    await expect.poll(owners).toEqual(['mrossi'])
    await expect(page.getByText(foreign)).toHaveCount(0)
    expect(recorder.requests.at(-1)?.user).toBe('mrossi')
  })
})

test.describe('a sign-in while the recorder is down', () => {
  test('does not count as a failed login, however often it is tried', async ({ page, recorder, guard }) => {
    guard.expects(failedLoad(504))
    recorder.on('list', recorderFault.status(504))
    await page.goto('/recordings')
    for (let attempt = 1; attempt <= 5; attempt += 1) {
      const answered = page.waitForResponse('**/auth/login')
      await fillSignIn(page, 'manager')
      expect((await answered).status()).toBe(504)
      await expect(page.getByRole('alert')).toHaveText(down)
    }
    recorder.heal()
    await fillSignIn(page, 'manager')
    await settled(page)
  })

  test('works as soon as the recorder is back', async ({ page, recorder, guard }) => {
    guard.expects(failedLoad(504))
    await recorder.refuseConnections()
    await page.goto('/recordings')
    // If these counted as failed logins, the account would be locked. A fifth would stop the relay for a while.
    for (let attempt = 1; attempt <= 4; attempt += 1) {
      const answered = page.waitForResponse('**/auth/login')
      await fillSignIn(page, 'manager')
      expect((await answered).status()).toBe(504)
      await expect(page.getByRole('alert')).toHaveText(down)
    }
    expect(recorder.requests.filter(({ headers }) => headers.authorization !== undefined)).toEqual([])
    await recorder.acceptConnections()
    await fillSignIn(page, 'manager')
    await settled(page)
  })
})

test.describe('a user of single sign-on', () => {
  test.use({ settings: { CONTACT: 'the service desk, 4242' } })

  test('reads which setting is missing and whom to ask, and the recorder is asked at most twice', async ({
    page,
    recorder,
    guard,
  }) => {
    guard.expects(failedLoad(401))
    await page.goto('/recordings')
    for (let attempt = 1; attempt <= 3; attempt += 1) {
      const answered = page.waitForResponse('**/auth/login')
      await fillSignIn(page, 'single')
      expect((await answered).status()).toBe(401)
      await expect(page.getByRole('alert')).toContainText(
        'ask the service desk, 4242 to set AllowBasicAuthForSsoUsersViaWebApi=1 on the recorder',
      )
    }
    expect(countWith(recorder, 'single', 'demo')).toBe(2)
  })
})

test('a user who may not search is signed in, and reads which right is missing', async ({ page, guard }) => {
  guard.expects(failedLoad(403))
  await page.goto('/recordings')
  await fillSignIn(page, 'guest')
  await expect(page.getByText('guest may not search recordings.')).toBeVisible()
  await expect(page.getByText('Ask your administrator for “Call Recording Base Access”.')).toBeVisible()
  await expect(table(page)).toBeHidden()
})

test('another user’s recording is as if it did not exist', async ({ page, guard }) => {
  guard.expects(failedLoad(404))
  await openSignedIn(page, '', 'mrossi')
  const foreign = calls.find(({ owner }) => owner?.username === 'lferrari')
  await page.goto(`/recordings/${foreign?.id}`)
  await expect(
    page.getByText('This recording is not available: removed, expired, or outside your rights.'),
  ).toBeVisible()
  await openList(page, 'ownerUsername=lferrari')
  await expect(results(page)).toHaveText('0 of 0')
})
