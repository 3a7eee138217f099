/** A recorder over HTTPS: the certificates that the relay trusts, and the user's message where it does not. */
import { postSignIn } from './api.ts'
import { failedLoad } from './guard.ts'
import { chooseLook, references, results, rowLinks, settled, fillSignIn } from './page-objects.ts'
import {
  loopbackNames,
  makeAuthority,
  type CertificateAuthority,
} from '../src/testing/recorder/certificates.ts'
import { recorderFault } from '../src/testing/recorder/faults.ts'
import { expect, found, openSignedIn, test as base } from './relay-fixtures.ts'

const test = base.extend<object, { readonly authority: CertificateAuthority }>({
  authority: [
    // Playwright reads the needed fixtures from this pattern; this fixture needs none.
    // oxlint-disable-next-line no-empty-pattern
    async ({}, provide) => {
      const authority = await makeAuthority()
      await provide(authority)
      await authority.remove()
    },
    { scope: 'worker' },
  ],
})

const untrusted =
  'Your password was not sent: the recorder’s certificate is not trusted. Tell your administrator.'

test.describe('a certificate of the customer’s own authority', () => {
  const trusting = test.extend({
    tls: async ({ authority }, provide) => provide(await authority.issue(loopbackNames)),
    settings: async ({ authority }, provide) => provide({ RECORDER_CA_FILE: authority.caFile }),
  })

  trusting('is trusted where the host has its file', async ({ page }) => {
    await page.goto('/recordings')
    await fillSignIn(page, 'manager')
    await settled(page)
    expect(await references(page)).toEqual(found().slice(0, 50))
  })
})

test.describe('a certificate that cannot be trusted', () => {
  const cases = {
    'of an authority that the host does not know': test.extend({
      tls: async ({ authority }, provide) => provide(await authority.issue(loopbackNames)),
    }),
    'signed by itself': test.extend({
      tls: async ({ authority }, provide) => provide(await authority.selfSigned(loopbackNames)),
      settings: async ({ authority }, provide) => provide({ RECORDER_CA_FILE: authority.caFile }),
    }),
    'of another name': test.extend({
      tls: async ({ authority }, provide) => provide(await authority.issue(['recorder.example.com'])),
      settings: async ({ authority }, provide) => provide({ RECORDER_CA_FILE: authority.caFile }),
    }),
    'that has expired': test.extend({
      tls: async ({ authority }, provide) => provide(await authority.issue(loopbackNames, -1)),
      settings: async ({ authority }, provide) => provide({ RECORDER_CA_FILE: authority.caFile }),
    }),
  }
  for (const [name, untrusting] of Object.entries(cases)) {
    untrusting(`${name}: no password is sent`, async ({ request, recorder }) => {
      const answer = await postSignIn(request, { username: 'manager', password: 'demo' })
      expect(answer.status()).toBe(502)
      expect(await answer.json()).toMatchObject({ code: 'recorder_untrusted' })
      expect(recorder.requests).toEqual([])
    })
  }

  cases['of another name']('the sign-in says why', async ({ page, recorder, guard }) => {
    guard.expects(failedLoad(502))
    await page.goto('/recordings')
    await fillSignIn(page, 'manager')
    await expect(page.getByRole('alert')).toHaveText(untrusted)
    expect(recorder.requests).toEqual([])
  })
})

test('the recorder’s own headers do nothing in the browser', async ({ page, context, recorder }) => {
  await openSignedIn(page)
  const notZone = async () => (await context.cookies()).filter(({ name }) => name !== 'zone')
  const cookies = await notZone()
  expect(cookies).toHaveLength(1)
  await chooseLook(page, 'Theme', 'Dark')
  recorder.on('any', recorderFault.hostileHeaders)
  await page.getByRole('button', { name: 'Next page' }).click()
  await expect(results(page)).toHaveText('51–100 of 300')
  expect(await references(page)).toEqual(found().slice(50, 100))
  await rowLinks(page).first().click()
  const started = page.waitForEvent('download')
  await page.getByRole('link', { name: 'Download' }).click()
  expect((await started).suggestedFilename()).toMatch(/^[\da-f-]{36}\.mp3$/i)
  expect(await notZone()).toEqual(cookies)
  await page.reload()
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(`Recording ${found()[50]}`)
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark')
})
