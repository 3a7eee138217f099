import { describe, expect, it } from 'vitest'
import { searchZones, zoneCity } from './zone-search.ts'

const offsets: Readonly<Record<string, string>> = {
  UTC: '+00:00',
  'Europe/Rome': '+01:00',
  'Europe/Kiev': '+02:00',
  'America/New_York': '-05:00',
  'America/Sao_Paulo': '-03:00',
  'America/St_Johns': '-03:30',
  'America/Indiana/Vincennes': '-05:00',
  'Asia/Calcutta': '+05:30',
  'Asia/Kathmandu': '+05:45',
  'Asia/Tokyo': '+09:00',
  'Pacific/Port_Moresby': '+10:00',
  'Africa/Porto-Novo': '+01:00',
}
const names = Object.keys(offsets)
const offsetOf = (name: string): string => offsets[name] ?? ''
const search = (text: string): string[] => searchZones(names, text, offsetOf)

describe('zones', () => {
  it.each([
    ['rome', ['Europe/Rome']],
    ['New York', ['America/New_York']],
    ['new_york', ['America/New_York']],
    ['america/new', ['America/New_York']],
    ['são paulo', ['America/Sao_Paulo']],
    ['TOKYO', ['Asia/Tokyo']],
    ['utc', ['UTC']],
    ['york', ['America/New_York']],
    ['novo', ['Africa/Porto-Novo']],
    ['atlantis', []],
  ])('are found by a name: %s', (text, found) => expect(search(text)).toEqual(found))

  it.each([
    ['Kolkata', ['Asia/Calcutta']],
    ['calcutta', ['Asia/Calcutta']],
    ['katmandu', ['Asia/Kathmandu']],
    ['kyiv', ['Europe/Kiev']],
  ])('are found by either name of a renamed city: %s', (text, found) => expect(search(text)).toEqual(found))

  it.each([
    ['+05:30', ['Asia/Calcutta']],
    ['+5', ['Asia/Calcutta', 'Asia/Kathmandu']],
    ['utc+5:45', ['Asia/Kathmandu']],
    ['GMT -3', ['America/Sao_Paulo', 'America/St_Johns']],
    ['−0330', ['America/St_Johns']],
    ['+1', ['Europe/Rome', 'Africa/Porto-Novo']],
    ['+', []],
  ])('are found by an offset: %s', (text, found) => expect(search(text)).toEqual(found))

  it('come with cities first, then words of cities, then regions', () => {
    expect(search('in')).toEqual(['America/Indiana/Vincennes'])
    expect(
      searchZones(
        ['America/Port-au-Prince', 'America/Rio_Branco', 'Portugal', 'A/St_Port'],
        'port',
        offsetOf,
      ),
    ).toEqual(['America/Port-au-Prince', 'Portugal', 'A/St_Port'])
  })

  it('are all there without a text, and no offset is asked for', () => {
    const asked: string[] = []
    expect(
      searchZones(names, ' ', (name) => {
        asked.push(name)
        return ''
      }),
    ).toEqual(names)
    expect(asked).toEqual([])
  })
})

it('a city is the last part of the name', () => {
  expect(['America/Indiana/Vincennes', 'America/New_York', 'UTC'].map(zoneCity)).toEqual([
    'Vincennes',
    'New York',
    'UTC',
  ])
})
