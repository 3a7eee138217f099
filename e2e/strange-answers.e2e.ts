/** Unusable answers and imperfect rows. The page must not show them as something else. */
import { expect, test } from './fixtures.ts'
import { hostFault } from './faulty-host.ts'
import { openList, settled, spokenRows, tableRows } from './page-objects.ts'

test.use({ throughFaults: true })

test('an unusable answer is not shown as an empty list', async ({ page, faults }) => {
  for (const [name, what] of [
    ['a page of HTML', hostFault.html()],
    ['JSON that breaks off', hostFault.truncate],
    ['an array', hostFault.json(200, [])],
    ['a total that is no number', hostFault.json(200, { totalCount: '12' })],
    ['recordings that are no list', hostFault.json(200, { totalCount: 1, recordings: {} })],
  ] as const) {
    await test.step(name, async () => {
      faults.on('list', what, 1)
      await page.goto('/recordings')
      await expect(page.getByText('The answer could not be read.')).toBeVisible()
      await expect(page.getByRole('main').getByText(/^No recordings match/)).toBeHidden()
      await page.getByRole('button', { name: 'Try again' }).click()
      await settled(page)
    })
  }
})

test.describe('imperfect rows', () => {
  type Wire = Record<string, unknown>
  /** Changes the recordings of the answer by their index. */
  const changing = (changes: Readonly<Record<number, unknown>>) =>
    hostFault.change((json) => ({
      ...json,
      recordings: (json.recordings as Wire[]).map((recording, index) => {
        const change = changes[index]
        return typeof change === 'object' && change !== null
          ? { ...recording, ...change }
          : (change ?? recording)
      }),
    }))

  test('one malformed row of 25 does not spoil the others', async ({ page, faults }) => {
    faults.on('list', changing({ 3: 'no recording' }))
    await openList(page, 'pageSize=25')
    expect(await tableRows(page)).toHaveLength(24)
    await expect(page.getByText('1 recording could not be read and is not shown.')).toBeVisible()
  })

  test('fields of every kind are read, shown as they came, or shown as text', async ({ page, faults }) => {
    const durations = ['PT90M', 'P1DT2H', 'PT0S', 'PT3H', 'PT1H2M3S']
    const markup = '<img src=x onerror=alert(1)>'
    faults.on(
      'list',
      changing({
        0: { direction: 7 },
        1: { direction: '1' },
        2: { direction: null },
        3: { duration: '-PT5S' },
        4: { duration: '00:01:30' },
        5: { startTime: 'yesterday' },
        6: { ownerUsername: null, remotePartyNumber: 'anonymous', localPartyNumber: null },
        7: { ownerUsername: markup, remotePartyNumber: '+39\u202E1234\u0007' },
        ...Object.fromEntries(durations.map((duration, index) => [10 + index, { duration }])),
      }),
    )
    await openList(page)
    const seen = await tableRows(page)
    const heard = await spokenRows(page)

    await test.step('an unreadable field is shown as it came, and the rest of the row as usual', () => {
      expect(heard[0]?.Direction).toContain('Could not be read: 7')
      expect(heard[1]?.Direction).toBe('Incoming')
      expect(heard[2]?.Direction).toBe('none')
      expect(heard[3]?.Duration).toContain('Could not be read: -PT5S')
      expect(heard[4]?.Duration).toContain('Could not be read: 00:01:30')
      expect(heard[5]?.Started).toContain('Could not be read: yesterday')
      expect(heard.slice(0, 6).every((row) => /^\d{13}$/.test(row.Reference ?? ''))).toBe(true)
    })

    await test.step('calls without an owner and hidden numbers say so', () => {
      expect(heard[6]).toMatchObject({ Owner: 'none', 'Remote number': 'anonymous', 'Local number': 'none' })
    })

    await test.step('foreign text is text: no markup, and no control over the text around it', () => {
      expect(seen[7]?.Owner).toBe(markup)
      expect(seen[7]?.['Remote number']).toBe('+39\\u{202e}1234\\u{7}')
    })

    await test.step('durations of every form', () => {
      expect(seen.slice(10, 15).map((row) => row.Duration)).toEqual([
        '1:30:00',
        '26:00:00',
        '0:00',
        '3:00:00',
        '1:02:03',
      ])
      expect(heard.slice(10, 15).map((row) => row.Duration)).toEqual([
        '1 hour 30 minutes',
        '26 hours',
        '0 seconds',
        '3 hours',
        '1 hour 2 minutes 3 seconds',
      ])
    })
  })
})
