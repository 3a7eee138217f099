import type { FrameLocator, Page } from 'playwright'
import { enter } from './api.ts'
import { expect, test } from './fixtures.ts'
import { failedLoad } from './guard.ts'
import type { Host } from './host.ts'
import { historyLength, fillSignIn } from './page-objects.ts'

/*
 * Portal and dashboard are the same site: two origins of `localhost` with different ports. EMBED_ORIGINS names that
 * portal. Under 127.0.0.1 the same servers are another site, which may not frame anything.
 */
test.use({ account: null })

const onLocalhost = (host: Host): string => host.url.replace('127.0.0.1', 'localhost')

/** Opens the portal with the dashboard in its frame. */
async function openPortal(
  page: Page,
  port: number,
  frame: string,
  name = 'localhost',
): Promise<FrameLocator> {
  await page.goto(`http://${name}:${port}/?frame=${encodeURIComponent(frame)}`)
  return page.frameLocator('iframe[title="Call recordings"]')
}

const search = 'startTime=between:2018-11-01T00:00:00Z;2018-11-02T00:00:00Z&direction=1'

test('in the portal the page names zone and user, can leave the frame, and Back belongs to the portal', async ({
  page,
  host,
  portal,
}) => {
  await enter(page.request, 'manager', onLocalhost(host))
  const address = `${onLocalhost(host)}/embed/v1/recordings?${search}&uiTheme=dark`
  const frame = await openPortal(page, portal.port, address)
  await expect(frame.getByRole('status', { name: 'Results' })).toHaveText('1–50 of 57')
  await expect(frame.getByLabel('Time zone')).toBeVisible()
  const outside = frame.getByRole('link', { name: 'Open in new tab' })
  await expect(outside).toHaveAttribute('href', `${onLocalhost(host)}/recordings?${search}`)
  await frame.getByRole('button', { name: 'Account' }).click()
  await expect(frame.getByRole('dialog', { name: 'Account' })).toContainText('Renato Grassi')
  // The session belongs to the browser, not to the portal.
  await expect(frame.getByRole('button', { name: 'Sign out' })).toHaveCount(0)
  const before = await historyLength(page)
  await frame.getByRole('button', { name: 'Next page' }).click()
  await expect(frame.getByRole('status', { name: 'Results' })).toHaveText('51–57 of 57')
  await frame.getByRole('table').getByRole('link').first().click()
  await expect(frame.getByRole('heading', { level: 1 })).toHaveText(/^Recording \d+$/)
  const inside = page.frames().find((candidate) => candidate.url().includes('/embed/v1/recordings/'))
  expect(inside?.url()).toContain('uiTheme=dark')
  await expect(frame.locator('html')).toHaveAttribute('data-theme', 'dark')
  await frame.getByRole('link', { name: 'Back to results' }).click()
  await expect(frame.getByRole('status', { name: 'Results' })).toHaveText('51–57 of 57')
  expect(await historyLength(page)).toBe(before)
})

test('signed out, the frame asks for no password and opens the sign-in outside', async ({
  page,
  host,
  portal,
  context,
  guard,
}) => {
  // The frame asks for the session each time somebody returns to it.
  guard.expects(failedLoad(401))
  const frame = await openPortal(page, portal.port, `${onLocalhost(host)}/embed/v1/recordings?${search}`)
  await expect(
    frame.getByText('You are signed out. Sign-in opens in a new window; your filters stay.'),
  ).toBeVisible()
  await expect(frame.getByRole('textbox')).toHaveCount(0)
  await expect(frame.locator('input')).toHaveCount(0)
  const opened = context.waitForEvent('page')
  await frame.getByRole('link', { name: 'Sign in' }).click()
  const outside = await opened
  await fillSignIn(outside, 'manager')
  await expect(outside.getByRole('status', { name: 'Results' })).toHaveText('1–50 of 57')
  await expect(frame.getByRole('status', { name: 'Results' })).toHaveText('1–50 of 57')
})

test('a frame that says signed out looks again when somebody returns to it', async ({
  page,
  host,
  portal,
  context,
  guard,
}) => {
  guard.expects(failedLoad(401))
  const frame = await openPortal(page, portal.port, `${onLocalhost(host)}/embed/v1/recordings?${search}`)
  const signIn = frame.getByRole('link', { name: 'Sign in' })
  await expect(signIn).toBeVisible()
  // Signed in elsewhere, where nothing announces it.
  await enter(context.request, 'manager', onLocalhost(host))
  await signIn.focus()
  await expect(frame.getByRole('status', { name: 'Results' })).toHaveText('1–50 of 57')
})

/** The browser's log line about a frame that it leaves empty. */
const refusal = (page: Page) =>
  page.waitForEvent('console', (message) => /frame-ancestors|X-Frame-Options/.test(message.text()))

test.describe('other frames', () => {
  test('another site may not frame the page', async ({ page, host, portal, guard }) => {
    guard.expects(/frame-ancestors/)
    const refused = refusal(page)
    const address = `${onLocalhost(host)}/embed/v1/recordings`
    const frame = await openPortal(page, portal.port, address, '127.0.0.1')
    expect((await refused).text()).toContain(`http://localhost:${portal.port}`)
    await expect(frame.getByRole('main')).toHaveCount(0)
  })

  test('the portal itself may frame only the pages meant for it', async ({ page, host, portal, guard }) => {
    guard.expects(/frame-ancestors|X-Frame-Options/)
    const refused = refusal(page)
    const frame = await openPortal(page, portal.port, `${onLocalhost(host)}/recordings`)
    expect((await refused).type()).toBe('error')
    await expect(frame.getByRole('main')).toHaveCount(0)
  })

  test('an unknown version says so', async ({ page, host, guard }) => {
    guard.expects(/status of 404/)
    await enter(page.request, 'manager', host.url)
    await page.goto('/embed/v2/recordings')
    await expect(
      page.getByText(/^This portal asks for a version of the dashboard that does not exist here\./),
    ).toBeVisible()
    await expect(page.getByRole('button', { name: 'Account' })).toBeVisible()
  })
})
