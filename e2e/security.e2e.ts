import { enter } from './api.ts'
import { expect, test } from './fixtures.ts'
import { chooseLook, openList, results, rowLinks, settled, fillSignIn, leave } from './page-objects.ts'

test.describe('what stays behind', () => {
  test.use({ account: null })

  test('the browser keeps nothing personal', async ({ page, context }) => {
    await page.goto('/recordings')
    await fillSignIn(page, 'manager')
    await settled(page)
    await page.getByRole('textbox', { name: 'Remote number' }).fill('0244548866')
    await page.keyboard.press('Enter')
    await expect(page).toHaveURL(/0244548866/)
    await settled(page)
    await chooseLook(page, 'Theme', 'Dark')
    await rowLinks(page).first().click()
    await expect(page.getByText('Recording group')).toBeVisible()
    const kept = await page.evaluate(async () => ({
      local: JSON.stringify(localStorage),
      session: JSON.stringify(sessionStorage),
      databases: (await indexedDB.databases()).length,
      caches: (await caches.keys()).length,
      workers: (await navigator.serviceWorker.getRegistrations()).length,
      readableCookies: document.cookie,
    }))
    expect(kept).toMatchObject({ session: '{}', databases: 0, caches: 0, workers: 0 })
    // The zone of the browser is the only thing that the page itself writes.
    expect(kept.readableCookies).toMatch(/^(zone=Europe\/Rome)?$/)
    expect(JSON.parse(kept.local)).toEqual({ theme: 'dark' })
    const cookies = (await context.cookies()).filter(({ name }) => name !== 'zone')
    expect(cookies).toHaveLength(1)
    expect(cookies[0]).toMatchObject({ httpOnly: true, sameSite: 'Lax', path: '/', expires: -1 })
  })

  test('history and session cookie end with the sign-out', async ({ page, context }) => {
    await enter(page.request, 'manager')
    await openList(page)
    const before = (await context.cookies()).find(({ name }) => name === 'rc')
    await leave(page)
    await expect(page.getByRole('heading', { name: 'Sign in' })).toBeVisible()
    expect((await context.cookies()).filter(({ name }) => name !== 'zone')).toEqual([])
    await context.addCookies(before ? [before] : [])
    await page.reload()
    await expect(page.getByRole('heading', { name: 'Sign in' })).toBeVisible()
  })
})

test('the page’s policy allows only its own files, and refuses markup from a script', async ({
  page,
  guard,
}) => {
  const response = await page.goto('/recordings')
  const policy = response?.headers()['content-security-policy'] ?? ''
  expect(policy).toContain("default-src 'none'")
  expect(policy).toContain("require-trusted-types-for 'script'")
  expect(policy).toContain("frame-ancestors 'none'")
  expect(policy).not.toContain('unsafe')
  await settled(page)

  guard.expects(/CSP report: require-trusted-types-for/, /Trusted|trusted|TrustedHTML/)
  const refused = await page.evaluate(() => {
    try {
      document.body.insertAdjacentHTML('beforeend', '<i>refused</i>')
      return 'allowed'
    } catch (error) {
      return error instanceof TypeError ? 'refused' : String(error)
    }
  })
  expect(refused).toBe('refused')
  await expect(results(page)).toBeVisible()
})
