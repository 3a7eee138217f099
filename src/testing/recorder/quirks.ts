/** The points that the vendor does not document, each with the ways in which a real recorder may behave. */

export interface Quirks {
  /** The parameter's name for the remote number. */
  readonly remoteParameter: 'remotePartyNumber' | 'remoteParty' | 'both' | 'neither'
  /** Whether an unknown parameter is ignored, or refused by 400 with reason 0. */
  readonly unknownParameter: 'ignored' | 'refused'
  /** How it reads a raw `+` in a query: as most servers decode it, or literally. */
  readonly rawPlus: 'space' | 'plus'
  /** Whether `after` and `before` match their own bound. */
  readonly afterBefore: 'exclusive' | 'inclusive'
  readonly betweenUpper: 'exclusive' | 'inclusive'
  /** The precision of `equals` for instants. */
  readonly equalsTo: 'millisecond' | 'second'
  /** Whether the case of usernames matters, at sign-in and in the filter. */
  readonly usernames: 'caseless' | 'exact'
  readonly pastTheEnd: 'empty' | 'refused'
  /** The order of equal starts; `changing` reverses it with every answer. */
  readonly ties: 'ascending' | 'descending' | 'changing'
  /** Fractional digits of a start. */
  readonly startDigits: 7 | 3 | 0
  /** A start without an offset is in UTC. */
  readonly startOffset: 'written' | 'left-out'
  readonly directions: 'number' | 'text'
  /** Fields without a value. */
  readonly absent: 'null' | 'left-out'
  readonly notes: 'object' | 'text'
  readonly hashes: 'object' | 'text'
  /** The field that identifies a conversation: the older name, or the object of 2025.Winter.1. */
  readonly callId: 'pbxCallId' | 'pbxInfo'
  /** The body of every error except the list's 400, whose body is documented. */
  readonly errorBodies: 'json' | 'html' | 'empty'
  /** The status for another user's recording. */
  readonly outOfReach: 403 | 404
  readonly ranges: 'honoured' | 'ignored'
  /** Whether the audio has the header `Accept-Ranges: bytes`. */
  readonly acceptRanges: boolean
  /** Whether the audio has a file name. */
  readonly contentDisposition: boolean
  readonly mediaLength: 'told' | 'chunked'
}

/** The behaviour that this project considers most likely. */
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
