import { countOf } from './api.ts'
import { expect, test } from './fixtures.ts'
import {
  chooseDirection,
  address,
  filters,
  historyLength,
  openList,
  owner,
  period,
  range,
  references,
  remoteNumber,
  results,
  settled,
  tableRows,
  watchListRequests,
} from './page-objects.ts'

const param = (page: Parameters<typeof address>[0], name: string): string | null =>
  new URL(page.url()).searchParams.get(name)

test.beforeEach(async ({ page }) => openList(page))

test('a period is one choice of twelve and one entry of the history', async ({ page, host }) => {
  await expect(period(page).getByRole('option')).toHaveText([
    'Any time',
    'Last hour',
    'Last 24 hours',
    'Last 7 days',
    'Last 30 days',
    'Today',
    'Yesterday',
    'This week',
    'Last week',
    'This month',
    'Last month',
    'Custom',
  ])
  const before = await historyLength(page)
  await period(page).selectOption('Yesterday')
  const yesterday = 'startTime=between:2026-11-21T23:00:00Z;2026-11-22T23:00:00Z'
  await expect(results(page)).toHaveText(new RegExp(`^(1–\\d+|0) of ${await countOf(host, yesterday)}$`))
  expect(param(page, 'startTime')).toBe('on:yesterday')
  expect(await historyLength(page)).toBe(before + 1)
})

test('typed days are covered whole, From alone means later, To alone means earlier', async ({
  page,
  host,
}) => {
  const started = range(page, 'Started')
  await period(page).selectOption('Custom')
  await started.getByRole('textbox', { name: 'From' }).fill('2026-11-16')
  await started.getByRole('textbox', { name: 'To' }).fill('17/11/2026')
  await page.keyboard.press('Enter')
  const bounds = 'between:2026-11-15T23:00:00Z;2026-11-17T23:00:00Z'
  await expect(results(page)).toHaveText(`1–50 of ${await countOf(host, `startTime=${bounds}`)}`)
  expect(param(page, 'startTime')).toBe('between:2026-11-16T00:00:00+01:00;2026-11-18T00:00:00+01:00')
  await expect(started.getByRole('textbox', { name: 'To' })).toHaveValue('2026-11-17')
  await expect(period(page)).toHaveValue('custom')

  await started.getByRole('textbox', { name: 'To' }).fill('')
  await started.getByRole('textbox', { name: 'From' }).fill('2026-11-20 14:30')
  await page.keyboard.press('Enter')
  await expect.poll(() => param(page, 'startTime')).toBe('after:2026-11-20T14:30:00+01:00')
  await started.getByRole('textbox', { name: 'From' }).fill('')
  await started.getByRole('textbox', { name: 'To' }).fill('2026-11-20 14:30')
  await page.keyboard.press('Enter')
  await expect.poll(() => param(page, 'startTime')).toBe('before:2026-11-20T14:30:00+01:00')
})

test('the days when the clocks change have 23 and 25 hours in Rome', async ({ page, host }) => {
  const asked = watchListRequests(page)
  const started = range(page, 'Started')
  for (const [day, bounds] of [
    ['2026-03-29', 'between:2026-03-28T23:00:00Z;2026-03-29T22:00:00Z'],
    ['2026-10-25', 'between:2026-10-24T22:00:00Z;2026-10-25T23:00:00Z'],
  ] as const) {
    await test.step(day, async () => {
      await openList(page)
      await started.getByRole('textbox', { name: 'From' }).fill(day)
      await started.getByRole('textbox', { name: 'To' }).fill(day)
      await page.keyboard.press('Enter')
      await expect.poll(() => asked.at(-1)?.get('startTime')).toBe(bounds)
      const total = await countOf(host, `startTime=${bounds}`)
      await expect(results(page)).toHaveText(new RegExp(` of ${total}$`))
    })
  }
})

test('a reversed range is marked at its fields and not sent; the rows stay, or are empty from a bookmark', async ({
  page,
}) => {
  const started = range(page, 'Started')
  await started.getByRole('textbox', { name: 'From' }).fill('2026-11-20')
  await page.keyboard.press('Enter')
  await expect.poll(() => address(page)).toBe('/recordings?startTime=after:2026-11-20T00:00:00%2B01:00')
  await settled(page)
  const before = await tableRows(page)
  const asked = watchListRequests(page)
  await started.getByRole('textbox', { name: 'To' }).fill('2026-11-10')
  await page.keyboard.press('Enter')
  await expect(started.getByRole('textbox', { name: 'To' })).toHaveAttribute('aria-invalid', 'true')
  await expect(started.getByRole('textbox', { name: 'From' })).toHaveAttribute('aria-invalid', 'true')
  await expect(started.getByRole('textbox', { name: 'To' })).toHaveAccessibleDescription(
    'From is later than To. Change one of them.',
  )
  await expect(page.getByRole('alert')).toContainText('The search was not sent.')
  await expect(page.getByRole('form').getByText('From is later than To')).toHaveCount(1)
  await expect(page.getByRole('main').getByText('From is later than To')).toHaveCount(0)
  expect(await tableRows(page)).toEqual(before)
  expect(asked).toEqual([])

  await page.goto('/recordings?startTime=between:2026-11-20T00:00:00Z;2026-11-10T00:00:00Z')
  await expect(range(page, 'Started').getByRole('textbox', { name: 'To' })).toHaveAttribute(
    'aria-invalid',
    'true',
  )
  await expect(started.getByRole('textbox', { name: 'From' })).toHaveValue('2026-11-20 01:00')
  await expect(started.getByRole('textbox', { name: 'To' })).toHaveValue('2026-11-10 01:00')
  await expect(page.getByRole('form').getByText('From is later than To')).toHaveCount(1)
  await expect(page.getByRole('main').getByText('From is later than To')).toHaveCount(0)
  const instead = page.locator('.table-pane')
  await expect(instead).toContainText('The search was not sent.')
  await instead.getByRole('button', { name: 'Review filters' }).click()
  await expect(period(page)).toBeFocused()
  await period(page).selectOption('Any time')
  await settled(page)
  expect(asked).toHaveLength(1)
  expect(asked[0]?.get('startTime')).toBeNull()
})

test('a time without a date is on the chosen day, and both fields make one search and one entry', async ({
  page,
}) => {
  const started = range(page, 'Started')
  const [from, to] = [
    started.getByRole('textbox', { name: 'From' }),
    started.getByRole('textbox', { name: 'To' }),
  ]
  await period(page).selectOption('Yesterday')
  await expect(started.getByText('Covers Sun 22 Nov')).toBeVisible()
  await settled(page)
  const before = await historyLength(page)
  const asked = watchListRequests(page)
  await from.fill('14:30')
  await page.keyboard.press('Tab')
  await expect(to).toBeFocused()
  await page.keyboard.type('15:30')
  expect(asked).toEqual([])
  await remoteNumber(page).focus()
  const bounds = 'between:2026-11-22T14:30:00+01:00;2026-11-22T15:30:00+01:00'
  await expect.poll(() => param(page, 'startTime')).toBe(bounds)
  await settled(page)
  expect(asked).toHaveLength(1)
  expect(await historyLength(page)).toBe(before + 1)

  // A press or Tab into a field selects its text, so that typing replaces it, on the day that it has.
  await from.click()
  await page.keyboard.type('14')
  await page.keyboard.press('Tab')
  await page.keyboard.type('16:00')
  await page.keyboard.press('Enter')
  await expect
    .poll(() => param(page, 'startTime'))
    .toBe('between:2026-11-22T14:00:00+01:00;2026-11-22T16:00:00+01:00')
})

test('the form asks back for the day of a time, and for a start in the past, and keeps what is typed', async ({
  page,
}) => {
  const asked = watchListRequests(page)
  const from = range(page, 'Started').getByRole('textbox', { name: 'From' })
  for (const [typed, question] of [
    ['14:30', 'Which day? Write the date before the time, such as 23 Nov 14:30.'],
    ['2026-12-24', /^That is in the future\./],
  ] as const) {
    await from.fill(typed)
    await page.keyboard.press('Enter')
    await expect(from).toHaveAccessibleDescription(question)
    await remoteNumber(page).focus()
    await expect(from).toHaveValue(typed)
    await expect(from).toHaveAttribute('aria-invalid', 'true')
  }
  expect(address(page)).toBe('/recordings')
  expect(asked).toEqual([])
})

test('a text that is not a time is marked with a hint, and not applied', async ({ page }) => {
  const asked = watchListRequests(page)
  const from = range(page, 'Started').getByRole('textbox', { name: 'From' })
  await from.fill('31/02/2026')
  await page.keyboard.press('Enter')
  await expect(from).toHaveAttribute('aria-invalid', 'true')
  await expect(from).toHaveAccessibleDescription(/Not a time\. Write it like 2026-11-23/)
  expect(address(page)).toBe('/recordings')
  expect(asked).toEqual([])
  await from.fill('2026-02-28')
  await page.keyboard.press('Enter')
  await expect.poll(() => param(page, 'startTime')).toBe('after:2026-02-28T00:00:00+01:00')
  await expect(from).not.toHaveAttribute('aria-invalid', 'true')
})

test('typing a number applies by itself, is one entry of the history, and finds what the API finds', async ({
  page,
  host,
}) => {
  const before = await historyLength(page)
  await remoteNumber(page).pressSequentially('+3902')
  await expect.poll(() => param(page, 'remotePartyNumber')).toBe('contains:+3902')
  await remoteNumber(page).pressSequentially('4')
  await expect.poll(() => param(page, 'remotePartyNumber')).toBe('contains:+39024')
  await expect(results(page)).toContainText(
    ` of ${await countOf(host, 'remotePartyNumber=contains:%2B39024')}`,
  )
  expect(await historyLength(page)).toBe(before + 1)
  for (const row of await tableRows(page)) expect(row['Remote number']).toContain('+39024')
  await page.goBack()
  await expect.poll(() => address(page)).toBe('/recordings')
  await expect(remoteNumber(page)).toHaveValue('')
})

test('a pasted number loses its punctuation, and Match chooses between part and all of it', async ({
  page,
  host,
}) => {
  await remoteNumber(page).fill('+39 (02) 4454-8866')
  await page.keyboard.press('Enter')
  await expect.poll(() => param(page, 'remotePartyNumber')).toBe('contains:+390244548866')
  await expect.poll(() => references(page)).toContain('2017000000193')

  await remoteNumber(page).fill('980200')
  await page.keyboard.press('Enter')
  await expect.poll(() => param(page, 'remotePartyNumber')).toBe('contains:980200')
  await filters(page).getByRole('combobox', { name: 'Match' }).selectOption('Is')
  await expect.poll(() => param(page, 'remotePartyNumber')).toBe('980200')
  await expect(results(page)).toContainText(` of ${await countOf(host, 'remotePartyNumber=980200')}`)
})

test('the direction is one choice and one entry of the history, and a filter leads to the first page', async ({
  page,
  host,
}) => {
  const before = await historyLength(page)
  await chooseDirection(page, 'Outgoing')
  await expect(results(page)).toHaveText(`1–50 of ${await countOf(host, 'direction=2')}`)
  expect(await historyLength(page)).toBe(before + 1)
  expect(new Set((await tableRows(page)).map((row) => row.Direction))).toEqual(new Set(['Outgoing']))
  await chooseDirection(page, 'Any')
  await expect.poll(() => address(page)).toBe('/recordings')

  await openList(page, 'page=3')
  await chooseDirection(page, 'Incoming')
  await expect(results(page)).toHaveText(/^1–50 of /)
  expect(address(page)).toBe('/recordings?direction=1')
})

test('More filters opens the end and the local number', async ({ page, host }) => {
  const more = filters(page).getByRole('button', { name: 'More filters' })
  await expect(filters(page).getByRole('textbox', { name: 'Local number' })).toBeHidden()
  await more.click()
  await expect(more).toHaveAttribute('aria-expanded', 'true')
  await filters(page).getByRole('textbox', { name: 'Local number' }).fill('229')
  await page.keyboard.press('Enter')
  await expect(results(page)).toContainText(` of ${await countOf(host, 'localPartyNumber=229')}`)
  await range(page, 'Ended').getByRole('combobox', { name: 'Period' }).selectOption('Last 30 days')
  await expect.poll(() => address(page)).toBe('/recordings?endTime=on:last-30-days&localPartyNumber=229')
})

test('filters combine, each can be removed, and all can be cleared at once', async ({ page, host }) => {
  await period(page).selectOption('Last 30 days')
  await chooseDirection(page, 'Incoming')
  await owner(page).fill('agent')
  await page.keyboard.press('Enter')
  const month = 'startTime=between:2026-10-24T22:00:00Z;2026-11-23T23:00:00Z'
  await expect(results(page)).toContainText(
    ` of ${await countOf(host, `${month}&direction=1&ownerUsername=agent`)}`,
  )
  await page.getByRole('button', { name: 'Remove Owner Neri, Bruno' }).click()
  await expect.poll(() => address(page)).toBe('/recordings?startTime=on:last-30-days&direction=1')
  await expect(owner(page)).toHaveValue('')
  await filters(page).getByRole('button', { name: 'Clear filters' }).click()
  await expect.poll(() => address(page)).toBe('/recordings')
  await expect(filters(page).getByRole('button', { name: 'Clear filters' })).toBeDisabled()
})
