import { askApi, countOf } from './api.ts'
import { expect, test } from './fixtures.ts'
import { failedLoad } from './guard.ts'
import { agentInRow, openList, results, table, tableRows } from './page-objects.ts'
import { scopeLines } from './sources.ts'

for (const account of ['manager', 'supervisor', 'agent'] as const) {
  test.describe(account, () => {
    test.use({ account })

    test('sees whose calls these are, and the same number as in the API', async ({ page, host, source }) => {
      await openList(page)
      await expect(
        page.getByRole('main').getByText(scopeLines[source][account], { exact: true }),
      ).toBeVisible()
      await expect(results(page)).toHaveText(`1–50 of ${await countOf(host, '', account)}`)
      const { recordings } = await askApi(host, 'page=0&pageSize=50', account)
      expect((await tableRows(page)).map((row) => row.Reference)).toEqual(
        recordings.map(({ referenceNumber }) => referenceNumber),
      )
    })
  })
}

test.describe('out of reach', () => {
  test.use({ account: 'agent' })

  test('an agent finds only their own calls, however they search', async ({ page }) => {
    await openList(page)
    const owners = new Set((await tableRows(page)).map((row) => row.Owner))
    expect([...owners]).toEqual([expect.stringMatching(agentInRow)])
    await openList(page, 'ownerUsername=user1')
    await expect(results(page)).toHaveText('0 of 0')
  })

  test('another user’s recording is as if it did not exist', async ({ page, guard }) => {
    guard.expects(failedLoad(404))
    await page.goto('/recordings/75A90276-E47E-4e9e-B463-E3C743D5FF3A')
    await expect(
      page.getByText('This recording is not available: removed, expired, or outside your rights.'),
    ).toBeVisible()
  })
})

test.describe('without the right', () => {
  test.use({ account: 'guest' })

  test('a guest reads which right is missing and whom to ask', async ({ page, context, guard }) => {
    guard.expects(failedLoad(403))
    await context.grantPermissions(['clipboard-read', 'clipboard-write'])
    await page.goto('/recordings')
    await expect(page.getByText('guest may not search recordings.')).toBeVisible()
    await expect(page.getByText('Ask the service desk, 4242 for “Call Recording Base Access”.')).toBeVisible()
    await expect(table(page)).toBeHidden()
    await page.getByRole('button', { name: 'Copy request' }).click()
    await expect(page.getByRole('button', { name: 'Copied' })).toBeVisible()
    const copied = await page.evaluate(() => navigator.clipboard.readText())
    expect(copied).toContain('guest needs “Call Recording Base Access” (level 2)')
    await page.getByRole('main').getByRole('button', { name: 'Sign out' }).focus()
    await expect(page.getByRole('main').getByRole('button', { name: 'Sign out' })).toBeFocused()
  })
})
