/** A recorder's unusable answers and answers to another search. The page must not show them as its results. */
import type { Page } from 'playwright'
import { failedLoad } from './guard.ts'
import {
  address,
  chooseDirection,
  openList,
  references,
  remoteNumber,
  results,
  rowLinks,
  settled,
  fillSignIn,
  table,
  tableRows,
} from './page-objects.ts'
import { recorderFault } from '../src/testing/recorder/faults.ts'
import { expect, found, openSignedIn, test } from './relay-fixtures.ts'

const refresh = (page: Page) => page.getByRole('button', { name: 'Refresh' }).click()
const again = (page: Page) => page.getByRole('button', { name: 'Try again' }).click()
const mismatch = 'The recorder answered another search.'
const unusable = 'The recorder gave no usable answer.'

test('if the recorder ignores a filter, the page shows no rows and says why', async ({
  page,
  recorder,
  guard,
}) => {
  guard.expects(failedLoad(502))
  await openSignedIn(page)
  for (const [parameter, search] of [
    ['direction', 'direction=1'],
    ['ownerUsername', 'ownerUsername=mrossi'],
    ['localPartyNumber', 'localPartyNumber=202'],
    ['startTime', 'startTime=before:2026-11-22T00:00:00Z'],
    ['endTime', 'endTime=before:2026-11-22T00:00:00Z'],
  ] as const) {
    await test.step(parameter, async () => {
      recorder.on('list', recorderFault.ignoreFilters(parameter))
      await page.goto(`/recordings?${search}`)
      await expect(page.getByText(mismatch)).toBeVisible()
      await expect(page.getByText(`the filter ${parameter} seems to be ignored`)).toBeVisible()
      await expect(table(page)).toBeHidden()
      recorder.heal()
      await again(page)
      await settled(page)
      await expect(results(page)).not.toHaveText(/ of 300$/)
    })
  }

  await test.step('rows of the search before are not shown as rows of this one', async () => {
    await openList(page)
    recorder.on('list', recorderFault.ignoreFilters('direction'))
    await chooseDirection(page, 'Incoming')
    await expect(page.getByText(mismatch)).toBeVisible()
    await expect(table(page)).toBeHidden()
    await chooseDirection(page, 'Any')
    await settled(page)
    expect(await references(page)).toEqual(found().slice(0, 50))
  })
})

test('if the recorder answers a page of another size, no row is shown', async ({ page, recorder, guard }) => {
  guard.expects(failedLoad(502))
  await openSignedIn(page)
  for (const [name, what, said] of [
    ['all rows at once', recorderFault.ignorePageSize, '300 instead of 50 on this page'],
    ['fewer rows than there are', recorderFault.capPageSize(10), '10 instead of 50 on this page'],
  ] as const) {
    await test.step(name, async () => {
      recorder.heal()
      recorder.on('list', what)
      await page.goto('/recordings?page=1')
      await expect(page.getByText(mismatch)).toBeVisible()
      await expect(page.getByText(said)).toBeVisible()
      await expect(table(page)).toBeHidden()
    })
  }
})

test.describe('an unusable answer', () => {
  test('is reported, and the rows stay', async ({ page, recorder, guard }) => {
    guard.expects(failedLoad(502))
    await openSignedIn(page, 'pageSize=25')
    const rows = await references(page)
    for (const [name, what] of [
      ['a login page', recorderFault.loginPage],
      ['a redirect to one', recorderFault.redirect('https://login.example.com/')],
      ['JSON that breaks off', recorderFault.truncatedJson],
      ['an array', recorderFault.anArray],
      ['a total that is no number', recorderFault.textTotal],
      ['bytes that are no HTTP', recorderFault.noHttp],
      ['a body that breaks off', recorderFault.cut('half')],
    ] as const) {
      await test.step(name, async () => {
        recorder.on('list', what)
        await refresh(page)
        await expect(page.getByRole('alert')).toContainText('The update failed')
        expect(await references(page)).toEqual(rows)
        await page.reload()
        await expect(page.getByText(unusable)).toBeVisible()
        await expect(page.getByText(/^Request \S+$/)).toBeVisible()
        await expect(
          page.getByRole('main').getByText(/^No recordings match|^There are no recordings/),
        ).toBeHidden()
        recorder.heal()
        await again(page)
        await settled(page)
        expect(await references(page)).toEqual(rows)
      })
    }
  })

  test('does not count as a wrong password at sign-in', async ({ page, recorder, guard }) => {
    guard.expects(failedLoad(502))
    recorder.on('list', recorderFault.loginPage)
    await page.goto('/recordings')
    await fillSignIn(page, 'manager')
    await expect(page.getByRole('alert')).toHaveText(
      'Your password could not be checked: the recorder gave no usable answer.',
    )
    recorder.heal()
    await fillSignIn(page, 'manager')
    await settled(page)
  })
})

test('imperfect rows are each shown once, and totals are taken as they come', async ({ page, recorder }) => {
  await openSignedIn(page)
  const heading = page.getByRole('heading', { level: 1 })

  await test.step('one malformed row of 25 does not spoil the others', async () => {
    recorder.on('list', recorderFault.malformedRow('no recording', 3))
    await openList(page, 'pageSize=25')
    await expect(page.getByText('1 recording could not be read and is not shown.')).toBeVisible()
    expect(await references(page)).toEqual(found().slice(0, 25).toSpliced(3, 1))
    recorder.heal()
  })

  await test.step('a repeated recording is shown once, and opens', async () => {
    recorder.on(
      'list',
      recorderFault.changeRows((rows) => rows.with(1, rows[0])),
    )
    await openList(page, 'pageSize=25')
    const once = found().slice(0, 25).toSpliced(1, 1)
    expect(await references(page)).toEqual(once)
    await rowLinks(page).first().click()
    await expect(heading).toHaveText(`Recording ${once[0]}`)
    await page.getByRole('link', { name: 'Next recording' }).click()
    await expect(heading).toHaveText(`Recording ${once[1]}`)
    recorder.heal()
  })

  await test.step('a page of nothing but one recording shows it once', async () => {
    recorder.on('list', recorderFault.duplicateIds)
    await openList(page, 'pageSize=25')
    expect(await references(page)).toEqual(found().slice(0, 1))
    recorder.heal()
  })

  await test.step('totals that change while paging are taken as they come', async () => {
    recorder.on('list', recorderFault.changingTotals(7))
    await openList(page)
    await expect(results(page)).toHaveText('1–50 of 307')
    await page.getByRole('button', { name: 'Next page' }).click()
    await expect(results(page)).toHaveText('51–100 of 314')
    expect(await references(page)).toEqual(found().slice(50, 100))
    await refresh(page)
    await expect(results(page)).toHaveText('51–100 of 321')
  })
})

test.describe('the filter by remote number', () => {
  const matching = found({ remotePartyNumber: { op: 'contains', text: '+39' } })

  for (const quirks of [
    { remoteParameter: 'remoteParty' },
    { remoteParameter: 'remoteParty', unknownParameter: 'refused' },
    { remoteParameter: 'remotePartyNumber' },
  ] as const) {
    test.describe(`${JSON.stringify(quirks)}`, () => {
      test.use({ quirks })

      test('is asked under the name that the recorder knows', async ({ page, recorder }) => {
        await openSignedIn(page)
        await remoteNumber(page).fill('+39')
        await page.keyboard.press('Enter')
        await expect(results(page)).toHaveText(`1–50 of ${matching.length}`)
        expect(await references(page)).toEqual(matching.slice(0, 50))
        for (const row of await tableRows(page)) expect(row['Remote number']).toContain('+39')
        expect(recorder.requests.at(-1)?.params.get(quirks.remoteParameter)).toBe('contains:+39')
        expect(address(page)).toBe('/recordings?remotePartyNumber=contains:%2B39')
      })
    })
  }

  test.describe('a recorder that knows neither name', () => {
    test.use({ quirks: { remoteParameter: 'neither' } })

    test('shows no rows and says so', async ({ page, guard }) => {
      guard.expects(failedLoad(502))
      await openSignedIn(page)
      await page.goto('/recordings?remotePartyNumber=980200')
      await expect(page.getByText(unusable)).toBeVisible()
      await expect(page.getByText(/filters by neither remotePartyNumber nor remoteParty/)).toBeVisible()
      await expect(table(page)).toBeHidden()
    })
  })
})
