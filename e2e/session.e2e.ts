import type { Page } from 'playwright'
import { enter } from './api.ts'
import { expect, test } from './fixtures.ts'
import { hostFault, type HostFault } from './faulty-host.ts'
import { failedLoad, noAnswer, partMissing } from './guard.ts'
import {
  address,
  agentInRow,
  openList,
  references,
  results,
  rowLinks,
  settled,
  fillSignIn,
  table,
  tableRows,
  leave,
} from './page-objects.ts'
import { scopeLines } from './sources.ts'

/** These tests end sessions, so each has its own. */
test.use({ account: null, throughFaults: true })

async function openAs(page: Page, account: string, search = ''): Promise<void> {
  await enter(page.request, account)
  await openList(page, search)
}

/** The owners of the recordings in the table. */
const ownersOf = async (page: Page): Promise<string[]> => [
  ...new Set((await tableRows(page)).map((row) => row.Owner ?? '')),
]

/** The reference of a recording in the table that the agent may not see. */
async function referenceOfAnother(page: Page): Promise<string> {
  const row = (await tableRows(page)).find(({ Owner = '' }) => !agentInRow.test(Owner))
  expect(row?.Reference).toMatch(/^\d+$/)
  return row?.Reference ?? ''
}

const dialog = (page: Page) => page.getByRole('dialog', { name: 'You were signed out' })

test.describe('a session that ends during work', () => {
  test('keeps the page, and the same user goes on where they were', async ({ page, faults, guard }) => {
    guard.expects(failedLoad(401))
    await openAs(page, 'manager', 'direction=1')
    const rows = await references(page)
    faults.on('list', hostFault.signedOut())
    await page.getByRole('button', { name: 'Last page' }).click()
    await expect(dialog(page)).toBeVisible()
    await expect(page.getByText('Sign in again to go on where you were.')).toBeVisible()
    expect(await references(page)).toEqual(rows)
    await expect(dialog(page).getByRole('textbox', { name: 'Username' })).toHaveValue('manager')
    faults.heal()
    await dialog(page).getByRole('textbox', { name: 'Password' }).fill('demo')
    await page.keyboard.press('Enter')
    await expect(dialog(page)).toBeHidden()
    await expect(results(page)).toHaveText(/–([\d,]+) of \1$/)
    expect(address(page)).toMatch(/^\/recordings\?direction=1&page=\d+$/)
  })

  test('another user finds everything cleared', async ({ page, faults, guard, source }) => {
    guard.expects(failedLoad(401))
    await openAs(page, 'manager')
    const foreign = await referenceOfAnother(page)
    faults.on('list', hostFault.signedOut(), 1)
    await page.getByRole('button', { name: 'Refresh' }).click()
    await expect(dialog(page)).toBeVisible()
    await fillSignIn(page, 'agent')
    await expect(dialog(page)).toBeHidden()
    await expect(page.getByRole('main').getByText(scopeLines[source].agent)).toBeVisible()
    await expect.poll(() => ownersOf(page)).toEqual([expect.stringMatching(agentInRow)])
    await page.goBack()
    await expect(page.getByText(foreign)).toHaveCount(0)
  })

  test('keeps typed text that is not applied yet', async ({ page, faults, guard }) => {
    guard.expects(failedLoad(401))
    await openAs(page, 'manager')
    const from = page.getByRole('group', { name: 'Started' }).getByRole('textbox', { name: 'From' })
    faults.on('list', hostFault.hold, 1)
    await page.getByRole('button', { name: 'Refresh' }).click()
    await from.fill('2026-11-0')
    faults.on('list', hostFault.signedOut(), 1)
    await from.fill('2026-11-01')
    await page.keyboard.press('Enter')
    await expect(dialog(page)).toBeVisible()
    await expect(from).toHaveValue('2026-11-01')
    await dialog(page).getByRole('textbox', { name: 'Password' }).fill('demo')
    await page.keyboard.press('Enter')
    await expect(dialog(page)).toBeHidden()
    await settled(page)
    await expect(from).toHaveValue('2026-11-01')
    expect(address(page)).toBe('/recordings?startTime=after:2026-11-01T00:00:00%2B01:00')
  })

  test('works the same on the page of a recording', async ({ page, faults, guard }) => {
    guard.expects(failedLoad(401))
    await openAs(page, 'manager')
    const [first] = await references(page)
    faults.on('detail', hostFault.signedOut(), 1)
    await rowLinks(page).first().click()
    await expect(dialog(page)).toBeVisible()
    await dialog(page).getByRole('textbox', { name: 'Password' }).fill('demo')
    await page.keyboard.press('Enter')
    await expect(page.getByRole('heading', { level: 1 })).toHaveText(`Recording ${first}`)
    await expect(page.getByText('Recording group')).toBeVisible()
  })

  test('that Play discovers, goes on at the same place with one press', async ({ page, faults, guard }) => {
    guard.expects(failedLoad(401))
    await enter(page.request, 'manager')
    await page.goto('/recordings/75A90276-E47E-4e9e-B463-E3C743D5FF3A')
    await expect(page.getByText('Recording group')).toBeVisible()
    const position = page.getByRole('slider', { name: 'Position' })
    await position.press('ArrowRight')
    faults.on('media', hostFault.signedOut())
    await page.getByRole('button', { name: 'Play' }).click()
    await expect(dialog(page).getByRole('textbox', { name: 'Password' })).toBeFocused()
    faults.heal()
    await page.keyboard.type('demo')
    await page.keyboard.press('Enter')
    await expect(dialog(page)).toBeHidden()
    await expect(page.getByRole('button', { name: 'Play' })).toBeFocused()
    await expect(page.getByRole('alert')).toHaveCount(0)
    await page.keyboard.press('Enter')
    await expect(page.getByRole('button', { name: 'Pause' })).toBeVisible()
    await expect.poll(async () => Number(await position.inputValue())).toBeGreaterThan(5)
    await expect(page.getByRole('alert')).toHaveCount(0)
  })

  test('keeps the page where the sign-in cannot be loaded, and tries again', async ({
    page,
    faults,
    guard,
  }) => {
    guard.expects(failedLoad(401), noAnswer, partMissing)
    await openAs(page, 'manager')
    const rows = await references(page)
    faults.on('signInAgainCode', hostFault.cut)
    faults.on('list', hostFault.signedOut(), 1)
    await page.getByRole('button', { name: 'Refresh' }).click()
    const missing = page.getByRole('dialog', { name: /^You were signed out, and the sign-in could not be/ })
    await expect(missing).toBeVisible()
    expect(await references(page)).toEqual(rows)
    faults.heal()
    await missing.getByRole('button', { name: 'Try again' }).click()
    await expect(dialog(page).getByRole('textbox', { name: 'Password' })).toBeFocused()
  })
})

/** The session with these ends in 90 s. The host's own clock does not jump. */
function endingSoon(...ends: readonly ('idleExpiresMs' | 'expiresMs')[]): HostFault {
  let endMs: number | undefined
  return hostFault.change((session) => {
    endMs ??= Number(session.nowMs) + 90_000
    return { ...session, ...Object.fromEntries(ends.map((end) => [end, endMs])) }
  })
}

test('Esc does not take the sign-in away, however often it is pressed', async ({ page, faults, guard }) => {
  guard.expects(failedLoad(401))
  await openAs(page, 'manager')
  faults.on('list', hostFault.signedOut(), 1)
  await page.getByRole('button', { name: 'Refresh' }).click()
  await expect(dialog(page)).toBeVisible()
  for (const key of ['Escape', 'x', 'Escape', 'Escape', 'y', 'Escape', 'Escape'])
    await page.keyboard.press(key)
  await expect(dialog(page)).toBeVisible()
  await expect(page.locator('dialog:modal')).toHaveCount(1)
})

test('a tab that asks for a password takes over the sign-in of another', async ({ page, context }) => {
  await page.goto('/recordings')
  await expect(page.getByRole('button', { name: 'Sign in' })).toBeVisible()
  const other = await context.newPage()
  await other.goto('/recordings')
  await fillSignIn(other, 'manager')
  await expect(page.getByRole('button', { name: 'Account' })).toBeVisible()
})

test.describe('expiry', () => {
  test('two minutes before the end there is a warning, and one key extends', async ({ page, faults }) => {
    await page.clock.install()
    await openAs(page, 'manager')
    faults.on('session', endingSoon('idleExpiresMs'))
    await page.clock.fastForward('28:30')
    const warning = page.getByRole('dialog', { name: 'Still there?' })
    await expect(warning).toBeVisible()
    await expect(warning).toContainText(/You will be signed out in \d+ s/)
    await expect(warning.getByRole('button', { name: 'Stay signed in' })).toBeFocused()
    await page.keyboard.press('Enter')
    await expect(warning).toBeHidden()
    expect(faults.count('activity')).toBe(1)
  })

  test('an extension that does not reach the host says so, and the session goes on', async ({
    page,
    faults,
    guard,
  }) => {
    guard.expects(noAnswer)
    await page.clock.install()
    await openAs(page, 'manager')
    faults.on('session', endingSoon('idleExpiresMs'))
    await page.clock.fastForward('28:30')
    const warning = page.getByRole('dialog', { name: 'Still there?' })
    faults.on('activity', hostFault.cut)
    await warning.getByRole('button', { name: 'Stay signed in' }).click()
    await expect(warning.getByRole('alert')).toHaveText(
      'That did not reach the server. You are still signed in; try again.',
    )
    faults.heal()
    await warning.getByRole('button', { name: 'Stay signed in' }).click()
    await expect(warning).toBeHidden()
    await expect(dialog(page)).toBeHidden()
  })

  test('before the end of the longest session the warning promises no extension, and can be closed', async ({
    page,
    faults,
    guard,
  }) => {
    guard.expects(failedLoad(401))
    await page.clock.install()
    await openAs(page, 'manager')
    const ending = endingSoon('idleExpiresMs', 'expiresMs')
    faults.on('activity', ending, 1)
    faults.on('session', ending)
    await page.clock.fastForward('01:05')
    await page.keyboard.press('Shift')
    const warning = page.getByRole('dialog', { name: 'Your session ends soon' })
    await expect(warning).toContainText(/You will be signed out in \d+ s, because no session lasts longer/)
    await page.keyboard.press('Enter')
    await expect(warning).toBeHidden()
    await page.clock.fastForward('00:05')
    await expect(warning).toBeHidden()
    faults.heal()
    faults.on('session', hostFault.signedOut())
    await page.clock.fastForward('01:30')
    await expect(dialog(page)).toBeVisible()
  })

  test('a session that goes on in another tab goes on here', async ({ page, faults }) => {
    await page.clock.install()
    await openAs(page, 'manager')
    await page.clock.fastForward('28:30')
    await expect.poll(() => faults.count('session')).toBe(1)
    await page.clock.fastForward('30:30')
    await expect.poll(() => faults.count('session')).toBe(2)
    await page.clock.fastForward('00:05')
    await expect(page.getByRole('dialog')).toHaveCount(0)
  })

  test('without an answer the page signs out and keeps its rows behind the sign-in', async ({
    page,
    faults,
    guard,
  }) => {
    guard.expects(failedLoad(401))
    await page.clock.install()
    await openAs(page, 'manager')
    const rows = await references(page)
    faults.on('session', hostFault.signedOut())
    await page.clock.fastForward('30:30')
    await expect(dialog(page)).toBeVisible()
    expect(await references(page)).toEqual(rows)
  })

  test('input is reported at most once a minute', async ({ page, faults }) => {
    await page.clock.install()
    await openAs(page, 'manager')
    await page.keyboard.press('Shift')
    expect(faults.count('activity')).toBe(0)
    await page.clock.fastForward('01:05')
    await page.keyboard.press('Shift')
    await page.keyboard.press('Shift')
    await expect.poll(() => faults.count('activity')).toBe(1)
    // The answer set the page's clock back to the host's clock, which did not jump.
    await page.clock.fastForward('02:15')
    await page.keyboard.press('Shift')
    await expect.poll(() => faults.count('activity')).toBe(2)
  })
})

test.describe('signing out', () => {
  test('Back after signing out shows nothing', async ({ page }) => {
    await openAs(page, 'manager')
    const [first] = await references(page)
    await rowLinks(page).first().click()
    await expect(page.getByRole('heading', { level: 1 })).toHaveText(`Recording ${first}`)
    await leave(page)
    await expect(page.getByRole('heading', { name: 'Sign in' })).toBeVisible()
    await page.goBack()
    await expect(page.getByRole('heading', { name: 'Sign in' })).toBeVisible()
    await expect(page.getByText(first ?? '')).toBeHidden()
    await page.reload()
    await expect(page.getByRole('heading', { name: 'Sign in' })).toBeVisible()
  })

  test('a second tab is signed out too, and Back shows nothing there', async ({ page, context, faults }) => {
    await openAs(page, 'manager')
    const tab = await context.newPage()
    await tab.goto('/recordings?direction=1')
    await settled(tab)
    await tab.getByRole('button', { name: 'Next page' }).click()
    await expect(results(tab)).toHaveText(/^51–100 of /)
    await leave(page)
    await expect(tab.getByRole('heading', { name: 'Sign in' })).toBeVisible()
    const asked = faults.count('list')
    await tab.goBack()
    await expect(tab.getByRole('heading', { name: 'Sign in' })).toBeVisible()
    await expect(table(tab)).toBeHidden()
    expect(faults.count('list')).toBe(asked)
  })

  test('a sign-out that does not reach the host says that the session goes on', async ({
    page,
    faults,
    guard,
  }) => {
    guard.expects(noAnswer)
    await page.clock.install()
    await openAs(page, 'manager')
    faults.on('logout', hostFault.cut)
    await leave(page)
    await expect(page.getByRole('alert')).toHaveText(
      'You are still signed in: the server could not be reached.',
    )
    await expect(table(page)).toBeVisible()
    await page.clock.fastForward('00:11')
    await expect(page.getByRole('alert')).toHaveCount(0)
    faults.heal()
    await leave(page)
    await expect(page.getByRole('heading', { name: 'Sign in' })).toBeVisible()
  })

  test('the next user sees nothing of the previous user', async ({ page, source }) => {
    await openAs(page, 'manager')
    const foreign = await referenceOfAnother(page)
    await leave(page)
    await fillSignIn(page, 'agent')
    await expect(page.getByRole('main').getByText(scopeLines[source].agent)).toBeVisible()
    await expect.poll(() => ownersOf(page)).toEqual([expect.stringMatching(agentInRow)])
    await expect(page.getByText(foreign)).toHaveCount(0)
  })
})
