import { randomUUID } from 'node:crypto'
import { expect, test } from './fixtures.ts'
import { fault } from './faulty-host.ts'
import { failedLoad, noAnswer } from './guard.ts'
import { address, results, signIn, watchListRequests } from './page-objects.ts'
import { guesses, onlyEmbedded, refusals } from './sources.ts'

test.use({ account: null, throughFaults: true })

test('a visitor is asked to sign in, and nothing else is asked of the host', async ({ page, faults }) => {
  await page.goto('/recordings')
  await expect(page.getByRole('heading', { name: 'Sign in' })).toBeVisible()
  await expect(page).toHaveTitle('Sign in')
  await expect(page.getByRole('table')).toBeHidden()
  expect(faults.count('list')).toBe(0)
})

test('signing in shows what the address asked for', async ({ page }) => {
  await page.goto('/recordings?direction=1&pageSize=25')
  await signIn(page, 'manager')
  await expect(results(page)).toHaveText(/^1–25 of /)
  await expect(page.getByRole('radio', { name: 'Incoming' })).toBeChecked()
  expect(address(page)).toBe('/recordings?direction=1&pageSize=25')
})

test('signing in asks for the list once', async ({ page }) => {
  await page.goto('/recordings')
  const asked = watchListRequests(page)
  await signIn(page, 'manager')
  await expect(results(page)).toHaveText(/ of /)
  expect(asked).toHaveLength(1)
})

test('Enter in the password field signs in', async ({ page }) => {
  await page.goto('/recordings')
  await page.getByRole('textbox', { name: 'Username' }).fill('manager')
  await page.getByRole('textbox', { name: 'Password' }).fill('demo')
  await page.keyboard.press('Enter')
  await expect(page.getByRole('button', { name: 'Sign out' })).toBeVisible()
})

// A recorder has no demo accounts, and its users' passwords are nobody's to tell.
test('the demo accounts are told, and one press fills one in', { tag: onlyEmbedded }, async ({ page }) => {
  await page.goto('/recordings')
  const accounts = page.getByRole('region', { name: 'Demo accounts' })
  await expect(accounts.getByRole('listitem')).toHaveText([/^supervisor/, /^manager/, /^agent/, /^guest/])
  await accounts.getByRole('button', { name: 'agent' }).click()
  await expect(page.getByRole('textbox', { name: 'Username' })).toHaveValue('agent')
  await page.getByRole('button', { name: 'Sign in', exact: true }).click()
  await expect(page.getByText('Your calls')).toBeVisible()
})

test('a password can be pasted', async ({ page, context }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write'])
  await page.goto('/recordings')
  await page.evaluate(() => navigator.clipboard.writeText('demo'))
  await page.getByRole('textbox', { name: 'Username' }).fill('manager')
  await page.getByRole('textbox', { name: 'Password' }).focus()
  await page.keyboard.press('ControlOrMeta+V')
  await page.keyboard.press('Enter')
  await expect(results(page)).toHaveText(/ of /)
})

test('an empty form says what is missing and asks nothing', async ({ page, faults }) => {
  await page.goto('/recordings')
  await page.getByRole('button', { name: 'Sign in', exact: true }).click()
  await expect(page.getByRole('alert')).toHaveText('Enter your username and password.')
  expect(faults.count('login')).toBe(0)
})

test('a wrong password and an unknown user read alike, and the username stays', async ({
  page,
  guard,
  source,
}) => {
  guard.expects(failedLoad(401))
  await page.goto('/recordings')
  const said: string[] = []
  for (const username of ['manager', `nobody-${randomUUID()}`]) {
    await signIn(page, username, 'wrong')
    await expect(page.getByRole('textbox', { name: 'Password' })).toHaveValue('')
    await expect(page.getByRole('alert')).toHaveText(refusals[source])
    await expect(page.getByRole('textbox', { name: 'Username' })).toHaveValue(username)
    said.push((await page.getByRole('alert').textContent()) ?? '')
  }
  expect(said[0]).toBe(said[1])
})

test('after some wrong passwords the next is not tried, and says when to come back', async ({
  page,
  guard,
  source,
}) => {
  guard.expects(failedLoad(401), failedLoad(429))
  await page.goto('/recordings')
  const username = `stranger-${randomUUID()}`
  const { tried, refusal } = guesses[source]
  for (let attempt = 1; attempt <= tried; attempt += 1) {
    const answered = page.waitForResponse('**/auth/login')
    await signIn(page, username, `wrong ${attempt}`)
    expect((await answered).status()).toBe(401)
    await expect(page.getByRole('textbox', { name: 'Password' })).toHaveValue('')
  }
  await signIn(page, username, 'wrong once more')
  await expect(page.getByRole('alert')).toHaveText(refusal)
})

test('a recorder that is down is told apart from a wrong password', async ({ page, faults, guard }) => {
  guard.expects(failedLoad(504))
  faults.on('login', fault.problem(504, 'recorder_down'), 1)
  await page.goto('/recordings')
  await signIn(page, 'manager')
  const down = 'Your password could not be checked: the recording service is down.'
  await expect(page.getByRole('alert')).toHaveText(down)
  await signIn(page, 'manager')
  await expect(results(page)).toHaveText(/ of /)
})

test('no answer to the sign-in is told as such', async ({ page, faults, guard }) => {
  guard.expects(noAnswer)
  faults.on('login', fault.cut)
  await page.goto('/recordings')
  await signIn(page, 'manager')
  const unreachable = 'Your password could not be checked: the server cannot be reached.'
  await expect(page.getByRole('alert')).toHaveText(unreachable)
})

test('a second press while the password is checked does not send it twice', async ({ page, faults }) => {
  faults.on('login', fault.hold)
  await page.goto('/recordings')
  await signIn(page, 'manager')
  await expect(page.getByRole('button', { name: 'Checking …' })).toBeVisible()
  await page.getByRole('textbox', { name: 'Password' }).press('Enter')
  await expect.poll(() => faults.held()).toBe(1)
  faults.heal()
  await expect(results(page)).toHaveText(/ of /)
  expect(faults.count('login')).toBe(1)
})

test('the browser never asks for credentials with a prompt of its own', async ({
  page,
  context,
  guard,
  source,
}) => {
  guard.expects(failedLoad(401))
  const prompted: string[] = []
  const session = await context.newCDPSession(page)
  const patterns = [{ urlPattern: '*/fw/*' }, { urlPattern: '*/auth/*' }]
  await session.send('Fetch.enable', { handleAuthRequests: true, patterns })
  session.on(
    'Fetch.requestPaused',
    ({ requestId }) => void session.send('Fetch.continueRequest', { requestId }),
  )
  session.on('Fetch.authRequired', ({ requestId, request }) => {
    prompted.push(request.url)
    const authChallengeResponse = { response: 'CancelAuth' as const }
    void session.send('Fetch.continueWithAuth', { requestId, authChallengeResponse })
  })
  await page.goto('/recordings')
  await signIn(page, 'manager', 'wrong')
  await expect(page.getByRole('alert')).toHaveText(refusals[source])
  const status = await page.evaluate(
    async () => (await fetch('/fw/Apps/Recorder/WebAPI/Recordings?page=0&pageSize=1')).status,
  )
  expect(status).toBe(401)
  expect(prompted).toEqual([])
})
