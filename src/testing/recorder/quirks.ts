/** What the vendor does not document: each reading that a real recorder may have. */

export interface Quirks {
  /** The name under which it knows the filter by the other side's number. */
  readonly remoteParameter: 'remotePartyNumber' | 'remoteParty' | 'both' | 'neither'
  /** A parameter that it does not know: ignored, or 400 with reason 0. */
  readonly unknownParameter: 'ignored' | 'refused'
  /** How a raw `+` in a query arrives: as most servers decode it, or as it was typed. */
  readonly rawPlus: 'space' | 'plus'
  /** Whether `after` and `before` match their own bound. */
  readonly afterBefore: 'exclusive' | 'inclusive'
  readonly betweenUpper: 'exclusive' | 'inclusive'
  /** How finely `equals` compares instants. */
  readonly equalsTo: 'millisecond' | 'second'
  /** Whether usernames compare with regard to case, at sign-in and in the filter. */
  readonly usernames: 'caseless' | 'exact'
  readonly pastTheEnd: 'empty' | 'refused'
  /** The order of equal starts; `changing` turns it round with every answer. */
  readonly ties: 'ascending' | 'descending' | 'changing'
  /** Fractional digits of a start. */
  readonly startDigits: 7 | 3 | 0
  /** Without an offset, a start is written in UTC. */
  readonly startOffset: 'written' | 'left-out'
  readonly directions: 'number' | 'text'
  /** Fields without a value. */
  readonly absent: 'null' | 'left-out'
  readonly notes: 'object' | 'text'
  readonly hashes: 'object' | 'text'
  /** Under which name a conversation is identified: the older one, or the object of 2025.Winter.1. */
  readonly callId: 'pbxCallId' | 'pbxInfo'
  /** The body of every error but 400, whose body is documented. */
  readonly errorBodies: 'json' | 'html' | 'empty'
  /** The status for a recording that exists and is somebody else's. */
  readonly outOfReach: 403 | 404
  readonly ranges: 'honoured' | 'ignored'
  /** Whether the audio says `Accept-Ranges: bytes`. */
  readonly acceptRanges: boolean
  /** Whether the audio comes with a file name. */
  readonly contentDisposition: boolean
  readonly mediaLength: 'told' | 'chunked'
}

/** The readings that this project takes for the likely ones. */
export const usualQuirks: Quirks = {
  remoteParameter: 'remotePartyNumber',
  unknownParameter: 'ignored',
  rawPlus: 'space',
  afterBefore: 'exclusive',
  betweenUpper: 'exclusive',
  equalsTo: 'millisecond',
  usernames: 'caseless',
  pastTheEnd: 'empty',
  ties: 'ascending',
  startDigits: 7,
  startOffset: 'written',
  directions: 'number',
  absent: 'null',
  notes: 'object',
  hashes: 'object',
  callId: 'pbxCallId',
  errorBodies: 'json',
  outOfReach: 404,
  ranges: 'honoured',
  acceptRanges: true,
  contentDisposition: true,
  mediaLength: 'told',
}
