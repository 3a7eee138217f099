import { countOf } from './api.ts'
import { expect, test } from './fixtures.ts'
import { failedLoad } from './guard.ts'
import { hostFault } from './faulty-host.ts'
import {
  address,
  chooseZone,
  historyLength,
  openList,
  owner,
  remoteNumber,
  results,
  settled,
  suggestions,
  watchPurposes,
} from './page-objects.ts'

test.use({ throughFaults: true })

test('a name finds its owner: typing asks for people only, and a pick is one search', async ({
  page,
  host,
  faults,
}) => {
  await openList(page)
  const before = await historyLength(page)
  const asked = watchPurposes(page)
  const chip = page.getByRole('button', { name: 'Remove Owner Rossi, Maria' })
  await test.step('typing suggests names', async () => {
    await owner(page).pressSequentially('rossi')
    await expect(suggestions(page, 'Owner')).toHaveText(['Rossi, Maria · mrossi · Sales'])
    await expect(owner(page)).toHaveAttribute('aria-expanded', 'true')
    expect(asked).toEqual([])
    expect(faults.count('people')).toBeLessThanOrEqual(3)
    expect(address(page)).toBe('/recordings')
  })
  await test.step('Esc closes the list and keeps the text', async () => {
    await page.keyboard.press('Escape')
    await expect(owner(page)).toHaveAttribute('aria-expanded', 'false')
    await page.keyboard.press('Escape')
    await expect(owner(page)).toHaveValue('rossi')
  })
  await test.step('an arrow and Enter apply the suggestion', async () => {
    await page.keyboard.press('ArrowDown')
    await expect(suggestions(page, 'Owner').first()).toHaveAttribute('aria-selected', 'true')
    await page.keyboard.press('Enter')
    await expect.poll(() => address(page)).toBe('/recordings?ownerUsername=mrossi')
    await expect(results(page)).toContainText(` of ${await countOf(host, 'ownerUsername=mrossi')}`)
    await expect(owner(page)).toHaveValue('Rossi, Maria · mrossi')
    await expect(owner(page)).toBeFocused()
    await expect(chip).toBeVisible()
    expect(asked).toEqual(['0 search'])
    expect(await historyLength(page)).toBe(before + 1)
  })
  await test.step('a text left without Enter is dropped, and the button clears the owner', async () => {
    await owner(page).fill('bian')
    await page.keyboard.press('Tab')
    await expect(owner(page)).toHaveValue('Rossi, Maria · mrossi')
    await page.getByRole('button', { name: 'Clear owner' }).click()
    await expect.poll(() => address(page)).toBe('/recordings')
    await expect(owner(page)).toBeFocused()
    await expect(owner(page)).toHaveValue('')
  })
})

test('Enter takes the only person that a text matches, and any other text as a username', async ({
  page,
}) => {
  await openList(page)
  for (const [typed, username] of [
    ['lefevre', 'plefevre'],
    ['AGENT', 'agent'],
    ['bruno', 'bruno'],
    ['nobody-at-all', 'nobody-at-all'],
  ] as const) {
    await owner(page).fill(typed)
    await page.keyboard.press('Enter')
    await expect.poll(() => address(page), typed).toBe(`/recordings?ownerUsername=${username}`)
    await settled(page)
  }
  await owner(page).fill('')
  await page.keyboard.press('Enter')
  await expect.poll(() => address(page)).toBe('/recordings')
})

test('owners on the page are suggested at once, and usernames work while names cannot be searched', async ({
  page,
  faults,
  guard,
}) => {
  guard.expects(failedLoad(500))
  faults.on('people', hostFault.problem(500, 'internal'))
  await openList(page)
  await owner(page).click()
  expect(await suggestions(page, 'Owner').count()).toBeGreaterThan(3)
  expect(faults.count('people')).toBe(0)
  await owner(page).fill('user2')
  await expect(page.getByText('Names cannot be searched now. A username still works.')).toBeVisible()
  await page.keyboard.press('Enter')
  await expect.poll(() => address(page)).toBe('/recordings?ownerUsername=user2')
})

test('where no owner is called so, the page offers the people that it may mean', async ({ page, host }) => {
  await openList(page, 'ownerUsername=bruno&direction=1')
  const total = await countOf(host, 'ownerUsername=agent&direction=1')
  await expect(page.getByRole('button', { name: /^Did you mean/ })).toHaveCount(2)
  await page.getByRole('button', { name: `Did you mean Neri, Bruno · agent (${total})?` }).click()
  await expect.poll(() => address(page)).toBe('/recordings?ownerUsername=agent&direction=1')
  await expect(results(page)).toContainText(` of ${total}`)
})

test('counts for an empty list wait until the field is left', async ({ page }) => {
  await openList(page, 'direction=1')
  const asked = watchPurposes(page)
  await remoteNumber(page).fill('055999')
  await expect(page.getByRole('main').getByText('No recordings match these 2 filters.')).toBeVisible()
  await remoteNumber(page).fill('0559999')
  await expect.poll(() => address(page)).toContain('0559999')
  await settled(page)
  expect(asked).toEqual(['0 search', '0 search'])
  await page.keyboard.press('Tab')
  await expect(page.getByText(/^Without Remote number “contains 0559999” there are/)).toBeVisible()
  expect(asked.filter((request) => request === '0 suggestion')).toHaveLength(2)
})

test('a zone is found by its city, picked by the keyboard, and the focus returns', async ({ page }) => {
  await openList(page, 'startTime=on:2018')
  const button = page.getByRole('button', { name: 'Time zone' })
  await expect(button).toHaveAccessibleDescription('Europe/Rome (local)')
  const before = await historyLength(page)
  await button.focus()
  await page.keyboard.press('Enter')
  const field = page.getByRole('combobox', { name: 'Time zone' })
  await expect(field).toBeFocused()
  await expect(suggestions(page, 'Time zone').first()).toHaveText(/^Rome · Europe\/Rome \(local\)\+01:00$/)
  expect(await suggestions(page, 'Time zone').count()).toBe(50)
  await field.pressSequentially('new york')
  await expect(suggestions(page, 'Time zone')).toHaveText(['New York · America/New_York-05:00'])
  await page.keyboard.press('Enter')
  await expect.poll(() => address(page)).toBe('/recordings?startTime=on:2018&tz=America/New_York')
  await expect(button).toBeFocused()
  await expect(button).toHaveAccessibleDescription('America/New_York')
  expect(await historyLength(page)).toBe(before + 1)

  await page.keyboard.press('Enter')
  await expect(field).toBeFocused()
  await page.keyboard.press('Escape')
  await expect(button).toBeFocused()
  await chooseZone(page, 'rome')
  await expect.poll(() => address(page)).toBe('/recordings?startTime=on:2018')
})
