/** Users change their own password. The account is added here, because demo accounts cannot change theirs. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { resolve } from 'node:path'
import { text } from 'node:stream/consumers'
import type { Page } from 'playwright'
import { enter } from './api.ts'
import { expect, test as base } from './fixtures.ts'
import { hostFault, startFaultyHost, type FaultyHost } from './faulty-host.ts'
import { failedLoad, noAnswer, partMissing } from './guard.ts'
import { removeFolder, startHost, newFolder } from './host.ts'
import { fillSignIn, openAccount, openList, leave } from './page-objects.ts'

const OLD = 'first of all words'
const NEW = 'another long sentence'
const NEXT = 'a third of them'

const program = resolve(import.meta.dirname, '../dist/host/server/commands/user.js')

/** Adds an account with the operator's command. */
async function addUser(dataDir: string, name: string, password: string): Promise<void> {
  const env = { PATH: process.env.PATH ?? '', DATA_DIR: dataDir }
  const args = [program, 'add', name, '--role', 'manager', '--password-stdin']
  const child = spawn(process.execPath, args, { env, stdio: ['pipe', 'ignore', 'pipe'] })
  child.stdin.end(password)
  const [said, [code]] = await Promise.all([text(child.stderr), once(child, 'close')])
  if (code !== 0) throw new Error(`${name} could not be added: ${said}`)
}

const test = base.extend<{ readonly own: FaultyHost }>({
  account: null,
  /** A host with only this account, for this test alone, behind a server that makes faults. */
  // Playwright reads the needed fixtures from this pattern; this fixture needs none.
  // oxlint-disable-next-line no-empty-pattern
  own: async ({}, provide) => {
    const folder = newFolder()
    await addUser(folder, 'mrossi', OLD)
    const host = await startHost(folder, { DEMO: 'off' })
    const faults = await startFaultyHost(host.url)
    await provide(faults)
    await faults.stop()
    await host.stop()
    removeFolder(folder)
  },
})

const dialog = (page: Page) => page.getByRole('dialog', { name: 'Change password' })

async function fill(page: Page, current: string, next: string, repeated = next): Promise<void> {
  await dialog(page).getByRole('textbox', { name: 'Current password' }).fill(current)
  await dialog(page).getByRole('textbox', { name: 'New password', exact: true }).fill(next)
  await dialog(page).getByRole('textbox', { name: 'Repeat new password' }).fill(repeated)
  await dialog(page).getByRole('button', { name: 'Change password' }).click()
}

test('a user changes their password, stays signed in and signs in with the new one', async ({
  page,
  own,
  guard,
}) => {
  guard.expects(failedLoad(400), failedLoad(401), noAnswer, partMissing)
  const open = async (): Promise<void> => {
    const menu = await openAccount(page)
    await menu.getByRole('button', { name: 'Change password' }).click()
  }
  await page.goto(`${own.url}/recordings`)
  await fillSignIn(page, 'mrossi', OLD)

  await test.step('a dialog whose code is missing says so, and the next press tries again', async () => {
    own.on('passwordCode', hostFault.cut)
    await open()
    await expect(dialog(page)).toContainText('This could not be opened: the server cannot be reached.')
    await dialog(page).getByRole('button', { name: 'Close' }).click()
    await expect(dialog(page)).toBeHidden()
    own.heal()
  })

  await test.step('Esc leaves the password as it is, and the focus where it was', async () => {
    await open()
    await expect(dialog(page)).toBeVisible()
    await page.keyboard.press('Escape')
    await expect(dialog(page)).toBeHidden()
    await expect(page.getByRole('button', { name: 'Account' })).toBeFocused()
  })

  await open()
  await expect(dialog(page)).toBeVisible()
  const current = dialog(page).getByRole('textbox', { name: 'Current password' })
  const next = dialog(page).getByRole('textbox', { name: 'New password', exact: true })
  await expect(current).toBeFocused()

  await fill(page, OLD, 'short')
  await expect(next).toHaveAccessibleDescription('Use at least 8 characters.')
  await fill(page, OLD, NEW, `${NEW}s`)
  const repeat = dialog(page).getByRole('textbox', { name: 'Repeat new password' })
  await expect(repeat).toHaveAccessibleDescription('The two new passwords are not the same.')
  await fill(page, OLD, 'password1')
  await expect(next).toHaveAccessibleDescription(/^Use another password/)
  await fill(page, 'wrong', NEW)
  await expect(current).toHaveAccessibleDescription(/^This is not your current password\./)
  await expect(current).toBeFocused()

  await test.step('an answer that is lost leaves open whether the password was changed', async () => {
    own.on('password', hostFault.truncate, 1)
    await fill(page, OLD, NEW)
    await expect(dialog(page).getByRole('alert')).toHaveText(/may have been changed or not/)
    await fill(page, OLD, NEW)
    await expect(current).toHaveAccessibleDescription(/^This is not your current password\./)
  })

  await fill(page, NEW, NEXT)
  await expect(dialog(page).getByRole('status')).toHaveText('Your password is changed.')
  await dialog(page).getByRole('button', { name: 'Close' }).click()
  await expect(dialog(page)).toBeHidden()
  await page.reload()
  await expect(page.getByRole('heading', { name: 'Recordings', level: 1 })).toBeVisible()

  await leave(page)
  await fillSignIn(page, 'mrossi', OLD)
  await expect(page.getByRole('alert')).toHaveText(/^Username or password is not right\./)
  await fillSignIn(page, 'mrossi', NEXT)
  await expect(page.getByRole('button', { name: 'Account' })).toBeVisible()
})

test('a demo account cannot change its password', async ({ page }) => {
  await enter(page.request, 'agent')
  await openList(page)
  const menu = await openAccount(page)
  await expect(menu.getByRole('button', { name: 'Sign out' })).toBeVisible()
  await expect(menu.getByRole('button', { name: 'Change password' })).toHaveCount(0)
})
