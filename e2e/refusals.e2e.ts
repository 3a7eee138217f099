/** Refused sign-ins. Each source has its own words and its own number of tries. */
import { randomUUID } from 'node:crypto'
import { postSignIn } from './api.ts'
import { expect, test } from './fixtures.ts'
import { failedLoad } from './guard.ts'
import { fillSignIn } from './page-objects.ts'
import { guesses, refusals } from './sources.ts'

test.use({ account: null })

test('a wrong password and an unknown user get the same words, and the username stays', async ({
  page,
  guard,
  source,
}) => {
  guard.expects(failedLoad(401))
  await page.goto('/recordings')
  const said: string[] = []
  for (const username of ['manager', `nobody-${randomUUID()}`]) {
    await fillSignIn(page, username, 'wrong')
    await expect(page.getByRole('textbox', { name: 'Password' })).toHaveValue('')
    await expect(page.getByRole('alert')).toHaveText(refusals[source])
    await expect(page.getByRole('textbox', { name: 'Username' })).toHaveValue(username)
    said.push((await page.getByRole('alert').textContent()) ?? '')
  }
  expect(said[0]).toBe(said[1])
})

test('after some wrong passwords the next is not tried, and the page says how long to wait', async ({
  page,
  guard,
  source,
}) => {
  guard.expects(failedLoad(429))
  const username = `stranger-${randomUUID()}`
  const { tried, refusal } = guesses[source]
  await page.goto('/recordings')
  await page.getByRole('textbox', { name: 'Username' }).fill(username)
  await page.getByRole('textbox', { name: 'Password' }).fill('wrong once more')
  // The wait begins with the last of these attempts, so nothing slow may come between it and the press.
  for (let attempt = 1; attempt <= tried; attempt += 1) {
    const answer = await postSignIn(page.request, { username, password: `wrong ${attempt}` })
    expect(answer.status()).toBe(401)
  }
  await page.getByRole('button', { name: 'Sign in', exact: true }).click()
  await expect(page.getByRole('alert')).toHaveText(refusal)
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
  await fillSignIn(page, 'manager', 'wrong')
  await expect(page.getByRole('alert')).toHaveText(refusals[source])
  const status = await page.evaluate(
    async () => (await fetch('/fw/Apps/Recorder/WebAPI/Recordings?page=0&pageSize=1')).status,
  )
  expect(status).toBe(401)
  expect(prompted).toEqual([])
})
