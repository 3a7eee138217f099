import { describe, expect, it } from 'vitest'
import { partiesOf, partiesText } from './parties.ts'

const call = {
  direction: 2,
  ownerUsername: 'mrossi',
  localPartyNumber: '218',
  remotePartyNumber: '+390557177313',
} as const
type Call = Parameters<typeof partiesOf>[0]
const said = (part: Partial<Call>, name: string | null = 'Rossi, Maria'): string =>
  partiesText(partiesOf({ ...call, ...part }, name))

describe('who spoke with whom', () => {
  it('is told in the order of the call', () => {
    expect(said({})).toBe('Rossi, Maria called +390557177313')
    expect(said({ direction: 1 })).toBe('+390557177313 called Rossi, Maria')
    expect(said({ direction: 0 })).toBe('Rossi, Maria and +390557177313')
    expect(said({ direction: null })).toBe('Rossi, Maria and +390557177313')
  })

  it('falls back to the username, then to the local number', () => {
    expect(said({}, null)).toBe('mrossi called +390557177313')
    expect(said({ ownerUsername: null }, null)).toBe('218 called +390557177313')
  })

  it('names what is missing', () => {
    expect(said({ remotePartyNumber: null })).toBe('Rossi, Maria called an unknown number')
    expect(said({ remotePartyNumber: null, direction: 1 })).toBe('An unknown number called Rossi, Maria')
    expect(said({ ownerUsername: null, localPartyNumber: null }, null)).toBe(
      'An unknown number called +390557177313',
    )
  })

  it('keeps braces and dollars of foreign names', () => {
    expect(said({ direction: 1 }, '{them} $1')).toBe('+390557177313 called {them} $1')
  })
})
