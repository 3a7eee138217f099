import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { AxeResults } from 'axe-core'
import type { Page } from 'playwright'
import { expect, test } from './fixtures.ts'
import { fault, type FaultyHost } from './faulty-host.ts'
import type { PageGuard } from './guard.ts'
import { openList, rowLinks, settled, signIn, table } from './page-objects.ts'
import { refusals } from './sources.ts'

test.use({ throughFaults: true })

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

/** What axe finds, each with the elements that it means. It is evaluated from outside, so the page's policy stays. */
async function faultsOf(page: Page): Promise<string[]> {
  await page.evaluate(axeSource)
  const { violations } = await page.evaluate(
    async () => (await (window as unknown as { axe: { run(): Promise<unknown> } }).axe.run()) as AxeResults,
  )
  return violations.map(
    ({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 120)).join(' | ')}`,
  )
}

interface Setting {
  readonly page: Page
  readonly faults: FaultyHost
  readonly guard: PageGuard
}

const failing =
  (what: Parameters<FaultyHost['on']>[1], seen: string) =>
  async ({ page, faults, guard }: Setting): Promise<void> => {
    guard.expects(/^error: Failed to load resource/)
    faults.on('list', what)
    await page.goto('/recordings?direction=1')
    await expect(page.getByText(seen)).toBeVisible()
  }

const states: Readonly<Record<string, (setting: Setting) => Promise<void>>> = {
  'the list with filters': ({ page }) => openList(page, 'startTime=on:last-7-days&direction=1&pageSize=10'),
  'a list that loads': async ({ page, faults }) => {
    faults.on('list', fault.hold)
    await page.goto('/recordings')
    await expect(page.getByText('Loading recordings')).toBeAttached()
  },
  'rows that are old': async ({ page, faults, guard }) => {
    guard.expects(/^error: Failed to load resource/)
    await openList(page, 'pageSize=10')
    faults.on('list', fault.problem(500, 'internal'))
    await page.getByRole('button', { name: 'Refresh' }).click()
    await expect(page.getByRole('alert')).toContainText('The update failed')
  },
  'what was not understood': ({ page }) => openList(page, 'direction=9&pageSize=10'),
  'a reversed range': async ({ page }) => {
    await page.goto('/recordings?startTime=between:2026-11-20T00:00:00Z;2026-11-10T00:00:00Z')
    await expect(page.getByText('Nothing was asked: From is later than To.')).toBeVisible()
  },
  'nothing found': ({ page }) => openList(page, 'ownerUsername=nobody-at-all&direction=1'),
  'past the end': ({ page }) => openList(page, 'page=99999'),
  'a refused filter': failing(
    fault.invalid(0, 'direction cannot be “1”.'),
    'The recorder does not accept this search.',
  ),
  'no right': failing(fault.problem(403, 'forbidden'), 'manager may not search recordings.'),
  'an error of the server': failing(fault.problem(500, 'internal'), 'Something went wrong on the server.'),
  'a recorder that is down': failing(fault.problem(504, 'recorder_down'), 'The recording service is down.'),
  'a search that took too long': failing(
    fault.problem(504, 'recorder_timeout'),
    'This search took too long.',
  ),
  'an unreadable answer': failing(fault.html(), 'The answer could not be read.'),
  'a recording': async ({ page }) => {
    await openList(page, 'direction=1&pageSize=10')
    await rowLinks(page).nth(3).click()
    await expect(page.getByText('Recording group')).toBeVisible()
    await page.getByText('Technical facts').click()
  },
  'a recording that is gone': async ({ page, guard }) => {
    guard.expects(/^error: Failed to load resource/)
    await page.goto('/recordings/00000000-0000-4000-8000-000000000000')
    await expect(page.getByText(/^This recording is not available/)).toBeVisible()
  },
  'a session that ended': async ({ page, faults, guard }) => {
    guard.expects(/^error: Failed to load resource/)
    await openList(page, 'pageSize=10')
    faults.on('list', fault.signedOut())
    await page.getByRole('button', { name: 'Refresh' }).click()
    await expect(page.getByRole('dialog', { name: 'You were signed out' })).toBeVisible()
  },
  'a page that does not exist': async ({ page, guard }) => {
    guard.expects(/^error: Failed to load resource/)
    await page.goto('/nowhere')
    await expect(page.getByText('This page does not exist.')).toBeVisible()
  },
}

const looks = [
  ['light', 1440],
  ['dark', 1440],
  ['light', 320],
  ['dark', 320],
] as const

for (const [name, reach] of Object.entries(states)) {
  test(`axe finds nothing on ${name}`, async ({ page, faults, guard }) => {
    await reach({ page, faults, guard })
    for (const [colorScheme, width] of looks) {
      await test.step(`${colorScheme} at ${width} px`, async () => {
        await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
        await page.setViewportSize({ width, height: 900 })
        expect(await faultsOf(page)).toEqual([])
      })
    }
  })
}

test('axe finds nothing in the drawer of filters', async ({ page }) => {
  await page.setViewportSize({ width: 320, height: 900 })
  await openList(page, 'direction=1&localPartyNumber=229')
  await page.getByRole('button', { name: /^Filters/ }).click()
  await expect(page.getByRole('dialog', { name: 'Filters' })).toBeVisible()
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme })
    expect(await faultsOf(page)).toEqual([])
  }
})

test.describe('signed out', () => {
  test.use({ account: null })

  test('axe finds nothing on the sign-in, refused or not', async ({ page, guard, source }) => {
    guard.expects(/^error: Failed to load resource/)
    await page.goto('/recordings')
    await signIn(page, 'nobody-for-axe', 'wrong')
    await expect(page.getByRole('alert')).toHaveText(refusals[source])
    for (const [colorScheme, width] of looks) {
      await page.emulateMedia({ colorScheme })
      await page.setViewportSize({ width, height: 900 })
      expect(await faultsOf(page)).toEqual([])
    }
  })
})

test('a settled search is announced once, politely', async ({ page }) => {
  await openList(page)
  const announced = page.getByRole('status', { name: 'Results' })
  await expect(announced).toHaveJSProperty('tagName', 'OUTPUT')
  await expect(page.locator('output, [role="status"], [aria-live]:not([role="alert"])')).toHaveCount(1)
  await expect(table(page)).toBeVisible()
  await settled(page)
})
