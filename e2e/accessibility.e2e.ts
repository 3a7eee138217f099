import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { AxeResults } from 'axe-core'
import type { Page } from 'playwright'
import { expect, test } from './fixtures.ts'
import { hostFault } from './faulty-host.ts'
import { fillSignIn, openList, owner, rowLinks, settled, suggestions, table } from './page-objects.ts'
import { refusals } from './sources.ts'

test.use({ throughFaults: true })

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

interface WithAxe {
  readonly axe: { run(options: object): Promise<unknown> }
}

/** Axe's rules, or those about colours, which alone a theme can change. */
type Rules = 'all' | 'colours'

/** The violations that axe finds, with their elements. The script is evaluated from outside, so the policy stays. */
async function violationsOf(page: Page, rules: Rules): Promise<string[]> {
  const isLoaded = await page.evaluate(() => 'axe' in window)
  if (!isLoaded) await page.evaluate(axeSource)
  const violations = await page.evaluate(async (which) => {
    // Only violations are read. Without this option, axe also describes every correct element.
    const options = { resultTypes: ['violations'], selectors: false }
    const runOnly = which === 'all' ? {} : { runOnly: ['color-contrast', 'link-in-text-block'] }
    const { axe } = window as unknown as WithAxe
    return ((await axe.run({ ...options, ...runOnly })) as AxeResults).violations
  }, rules)
  return violations.map(
    ({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 120)).join(' | ')}`,
  )
}

/** Waits until the page has taken on another theme or width, because axe reads the colours of the moment. */
const painted = (page: Page): Promise<void> =>
  page.evaluate(async () => {
    for (let frame = 0; frame < 2; frame += 1) await new Promise(requestAnimationFrame)
  })

/** What moves on the page, by its class. */
const moving = (page: Page): Promise<string[]> =>
  page.evaluate(() =>
    document.getAnimations().map(({ effect }) => String((effect as KeyframeEffect).target?.className)),
  )

const wide = { width: 1440, height: 900 }
const looks = [
  ['light', 1440, 'all'],
  ['dark', 1440, 'colours'],
  ['light', 320, 'all'],
  ['dark', 320, 'colours'],
] as const

/** Expects no violations in either theme, wide or narrow. Leaves the page wide. */
async function expectClean(page: Page, name: string): Promise<void> {
  await test.step(name, async () => {
    for (const [colorScheme, width, rules] of looks) {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
      await page.setViewportSize({ ...wide, width })
      await painted(page)
      expect.soft(await moving(page), `${name} moves`).toEqual([])
      expect.soft(await violationsOf(page, rules), `${name}, ${colorScheme} at ${width} px`).toEqual([])
    }
    await page.setViewportSize(wide)
  })
}

test('axe finds nothing on a list from its first load to the end of the session', async ({
  page,
  faults,
  guard,
}) => {
  guard.expects(/^error: Failed to load resource/)
  faults.on('list', hostFault.hold)
  await page.goto('/recordings?startTime=on:last-7-days&direction=1&pageSize=10')
  await expect(page.getByText('Loading recordings')).toBeAttached()
  await expectClean(page, 'a list that loads')

  faults.heal()
  await settled(page)
  await expectClean(page, 'the list with filters')

  await page.getByRole('button', { name: 'Time zone' }).click()
  await expect(suggestions(page, 'Time zone').first()).toBeVisible()
  await expectClean(page, 'the zone dialog')
  await page.keyboard.press('Escape')

  const refresh = page.getByRole('button', { name: 'Refresh' })
  faults.on('list', hostFault.problem(500, 'internal'), 1)
  await refresh.click()
  await expect(page.getByRole('alert')).toContainText('The update failed')
  await expectClean(page, 'rows that are old')

  faults.on('list', hostFault.signedOut())
  await refresh.click()
  await expect(page.getByRole('dialog', { name: 'You were signed out' })).toBeVisible()
  await expectClean(page, 'a session that ended')
})

const failures = {
  'a refused filter': [hostFault.invalid(0, 'direction cannot be “1”.'), 'This search is not accepted.'],
  'no right': [hostFault.problem(403, 'forbidden'), 'manager may not search recordings.'],
  'an error of the server': [hostFault.problem(500, 'internal'), 'Something went wrong on the server.'],
  'a recorder that is down': [hostFault.problem(504, 'recorder_down'), 'The recording service is down.'],
  'a search that took too long': [hostFault.problem(504, 'recorder_timeout'), 'This search took too long.'],
  'an unreadable answer': [hostFault.html(), 'The answer could not be read.'],
} as const

test('axe finds nothing where the list failed', async ({ page, faults, guard }) => {
  guard.expects(/^error: Failed to load resource/)
  for (const [name, [what, said]] of Object.entries(failures)) {
    faults.heal()
    faults.on('list', what)
    await page.goto('/recordings?direction=1')
    await expect(page.getByText(said)).toBeVisible()
    await expectClean(page, name)
  }
})

test('axe finds nothing where there is nothing to show', async ({ page, guard }) => {
  guard.expects(/^error: Failed to load resource/)
  await openList(page, 'ownerUsername=nobody-at-all&direction=1')
  await expectClean(page, 'nothing found')
  await openList(page, 'page=99999')
  await expectClean(page, 'past the end')
  await openList(page, 'direction=9&pageSize=10')
  await expectClean(page, 'what was not understood')
  await page.goto('/recordings?startTime=between:2026-11-20T00:00:00Z;2026-11-10T00:00:00Z')
  await expect(page.getByText('The search was not sent.')).toBeVisible()
  await expectClean(page, 'a reversed range')
  await page.goto('/nowhere')
  await expect(page.getByText('This page does not exist.')).toBeVisible()
  await expectClean(page, 'a page that does not exist')
})

test('axe finds nothing on a recording, there or gone', async ({ page, guard }) => {
  guard.expects(/^error: Failed to load resource/)
  await openList(page, 'direction=1&pageSize=10')
  await rowLinks(page).nth(3).click()
  await expect(page.getByText('Recording group')).toBeVisible()
  await page.getByText('Technical facts').click()
  await expectClean(page, 'a recording')
  await page.goto('/recordings/00000000-0000-4000-8000-000000000000')
  await expect(page.getByText(/^This recording is not available/)).toBeVisible()
  await expectClean(page, 'a recording that is gone')
})

test('axe finds nothing in the drawer of filters, with the owner’s suggestions', async ({ page }) => {
  await page.setViewportSize({ width: 320, height: 900 })
  await openList(page, 'direction=1&localPartyNumber=229')
  await page.getByRole('button', { name: /^Filters/ }).click()
  await expect(page.getByRole('dialog', { name: 'Filters' })).toBeVisible()
  await owner(page).fill('ross')
  await expect(suggestions(page, 'Owner').first()).toBeVisible()
  await page.keyboard.press('ArrowDown')
  await expect(suggestions(page, 'Owner').first()).toHaveAttribute('aria-selected', 'true')
  for (const [colorScheme, , rules] of looks.slice(2)) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    await painted(page)
    expect.soft(await violationsOf(page, rules), colorScheme).toEqual([])
  }
})

test('axe finds nothing in the calendar', async ({ page }) => {
  await openList(page, 'startTime=between:2026-11-16T08:00:00Z;2026-11-18T08:00:00Z')
  await page.getByRole('group', { name: 'Started' }).getByRole('button', { name: 'Calendar' }).click()
  await expect(page.getByRole('grid', { name: 'November 2026' })).toBeVisible()
  for (const [colorScheme, , rules] of looks.slice(0, 2)) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    await painted(page)
    expect.soft(await violationsOf(page, rules), colorScheme).toEqual([])
  }
})

test.describe('signed out', () => {
  test.use({ account: null })

  test('axe finds nothing on the sign-in, refused or not', async ({ page, guard, source }) => {
    guard.expects(/^error: Failed to load resource/)
    await page.goto('/recordings')
    await fillSignIn(page, 'nobody-for-axe', 'wrong')
    await expect(page.getByRole('alert')).toHaveText(refusals[source])
    await expectClean(page, 'a refused sign-in')
  })
})

test('one polite status says what was found, in a sentence, and the table is described by its search', async ({
  page,
}) => {
  await openList(page, 'startTime=between:2018-11-01T00:00:00Z;2018-11-02T00:00:00Z')
  const speech = page.locator('output:not([aria-live="off"]), [role="status"], [aria-live="polite"]')
  await expect(speech).toHaveCount(1)
  await expect(speech).toBeEmpty()
  await page.getByRole('radio', { name: 'Incoming' }).click()
  await expect(speech).toHaveText('57 recordings found.')
  await expect(table(page)).toHaveAccessibleDescription(
    'Started: 2018-11-01 01:00 – 2018-11-02 01:00. Direction: Incoming. Times in Europe/Rome.',
  )
  await page.getByRole('button', { name: 'Next page' }).click()
  await expect(speech).toHaveText('Page 2 of 2: 51 to 57 of 57 recordings.')
  await page.getByRole('button', { name: 'Refresh' }).click()
  await expect(speech).toHaveText('Refreshed. Page 2 of 2: 51 to 57 of 57 recordings.')
  await page.getByRole('textbox', { name: 'From' }).fill('soon')
  await page.keyboard.press('Enter')
  await expect(speech).toHaveText(/^Not a time\./)
  await page.goto('/recordings?ownerUsername=nobody-at-all&direction=1')
  await expect(speech).toHaveText(
    /^No recordings match these 2 filters\. Without Owner “nobody-at-all” there are [\d,]+\.$/,
  )
})
