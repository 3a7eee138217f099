import { expect, test } from './fixtures.ts'
import { hostFault } from './faulty-host.ts'
import { failedLoad, noAnswer } from './guard.ts'
import { address, results, fillSignIn, watchListRequests } from './page-objects.ts'

test.use({ account: null, throughFaults: true })

test('a visitor is asked to sign in, and then sees the list in the address', async ({ page, faults }) => {
  const asked = watchListRequests(page)
  await page.goto('/recordings?direction=1&pageSize=25')
  await expect(page.getByRole('heading', { name: 'Sign in' })).toBeVisible()
  await expect(page).toHaveTitle('Sign in')
  await expect(page.getByRole('table')).toBeHidden()
  expect(faults.count('list')).toBe(0)

  await page.getByRole('button', { name: 'Sign in', exact: true }).click()
  await expect(page.getByRole('alert')).toHaveText('Enter your username and password.')
  expect(faults.count('login')).toBe(0)

  await fillSignIn(page, 'manager')
  await expect(results(page)).toHaveText(/^1–25 of /)
  await expect(page.getByRole('main')).toBeFocused()
  await expect(page.getByRole('radio', { name: 'Incoming' })).toBeChecked()
  expect(address(page)).toBe('/recordings?direction=1&pageSize=25')
  expect(asked).toHaveLength(1)
})

test('the focus is where something is to be typed, and says what is wrong there', async ({
  page,
  faults,
  guard,
}) => {
  guard.expects(failedLoad(401))
  const username = page.getByRole('textbox', { name: 'Username' })
  const password = page.getByRole('textbox', { name: 'Password' })
  await page.goto('/recordings')
  await expect(username).toBeFocused()
  await page.keyboard.type('manager')
  await page.keyboard.press('Enter')
  await expect(password).toBeFocused()
  await expect(password).toHaveAttribute('aria-invalid', 'true')
  await expect(password).toHaveAccessibleDescription('Enter your password.')
  await expect(username).not.toHaveAttribute('aria-invalid')
  expect(faults.count('login')).toBe(0)

  await page.keyboard.type('wrong')
  await expect(page.getByRole('alert')).toHaveCount(0)
  await page.getByRole('button', { name: 'Sign in', exact: true }).click()
  await expect(password).toHaveAccessibleDescription(/^Username or password is not right\./)
  await expect(password).toBeFocused()
  await expect(password).toHaveValue('')
})

test('the demo accounts are listed, and one press fills one in', async ({ page }) => {
  await page.goto('/recordings')
  const accounts = page.getByRole('region', { name: 'Demo accounts' })
  await expect(accounts.getByRole('listitem')).toHaveText([/^supervisor/, /^manager/, /^agent/, /^guest/])
  await accounts.getByRole('button', { name: 'agent' }).click()
  await expect(page.getByRole('textbox', { name: 'Username' })).toHaveValue('agent')
  await page.getByRole('button', { name: 'Sign in', exact: true }).click()
  await expect(page.getByRole('main').getByText('Your calls')).toBeVisible()
})

test('a password can be pasted, and Enter in its field signs in', async ({ page, context }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write'])
  await page.goto('/recordings')
  await page.evaluate(() => navigator.clipboard.writeText('demo'))
  await page.getByRole('textbox', { name: 'Username' }).fill('manager')
  await page.getByRole('textbox', { name: 'Password' }).focus()
  await page.keyboard.press('ControlOrMeta+V')
  await page.keyboard.press('Enter')
  await expect(page.getByRole('button', { name: 'Account' })).toBeVisible()
  await expect(results(page)).toHaveText(/ of /)
})

test('a password that could not be checked is reported differently from a wrong one', async ({
  page,
  faults,
  guard,
}) => {
  guard.expects(failedLoad(504), noAnswer)
  const alert = page.getByRole('alert')
  await page.goto('/recordings')

  faults.on('login', hostFault.problem(504, 'recorder_down'), 1)
  await fillSignIn(page, 'manager')
  const down = 'Your password could not be checked: the recording service is down.'
  await expect(alert).toHaveText(down)

  faults.on('login', hostFault.problem(504, 'recorder_timeout'), 1)
  await fillSignIn(page, 'manager')
  const late = 'Your password could not be checked: the recorder took too long to answer.'
  await expect(alert).toHaveText(late)

  faults.on('login', hostFault.cut)
  await fillSignIn(page, 'manager')
  const unreachable = 'Your password could not be checked: the server cannot be reached.'
  await expect(alert).toHaveText(unreachable)

  faults.heal()
  await fillSignIn(page, 'manager')
  await expect(results(page)).toHaveText(/ of /)
})

test('a second press while the password is checked does not send it twice', async ({ page, faults }) => {
  faults.on('login', hostFault.hold)
  await page.goto('/recordings')
  await fillSignIn(page, 'manager')
  await expect(page.getByRole('button', { name: 'Checking …' })).toBeVisible()
  await page.getByRole('textbox', { name: 'Password' }).press('Enter')
  await expect.poll(() => faults.held()).toBe(1)
  faults.heal()
  await expect(results(page)).toHaveText(/ of /)
  expect(faults.count('login')).toBe(1)
})
