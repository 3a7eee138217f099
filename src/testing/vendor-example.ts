/** The vendor's first example: its query, and its answer to the letter (knowledge base, article 628). */
import type { WireRecording } from '../contract/recording.ts'

export const vendorQuery =
  'page=1&pageSize=2&startTime=between:2018-11-01T00:00:00Z;2018-11-02T00:00:00Z&remotePartyNumber=contains:02&direction=1'

export const vendorRows: readonly WireRecording[] = [
  {
    id: '75A90276-E47E-4e9e-B463-E3C743D5FF3A',
    referenceNumber: '2017000000175',
    startTime: '2018-11-01T16:39:15.0000000+02:00',
    duration: 'PT1M31.87S',
    direction: 1,
    ownerUsername: 'user1',
    localPartyNumber: '229',
    remotePartyNumber: '980200',
  },
  {
    id: '966B4AF0-CC56-4724-A640-7025142652EF',
    referenceNumber: '2017000000193',
    startTime: '2018-11-01T10:20:59.0000000+01:00',
    duration: 'PT2M20.65S',
    direction: 1,
    ownerUsername: 'user2',
    localPartyNumber: '132',
    remotePartyNumber: '+390244548866',
  },
]
