/** One listening: one recording, for one user, asked of the recorder once however often a player asks. */
import type { Problem } from '../../../contract/problems.ts'
import type { Credentials } from '../source.ts'
import { Right } from './right.ts'
import type { Spooled } from './spooled.ts'

export const nobody = (): Error => new DOMException('Nobody listens any more.', 'AbortError')

export class Listening {
  readonly abort = new AbortController()
  spooled: Spooled | null = null
  /** Bytes that it takes of the room. */
  reserved = 0
  /** How many answers are made of it now. */
  holders = 0
  /** Whether nothing more comes from the recorder by itself. */
  isSettled = false
  /** What the recorder did wrong, if it did. */
  failure: Problem | null = null
  timer: NodeJS.Timeout | undefined = undefined
  readonly id: string
  readonly right: Right

  constructor(id: string, credentials: Credentials) {
    this.id = id
    this.right = new Right(credentials)
  }

  /** Gives back its file and its room. */
  async empty(): Promise<void> {
    const { spooled } = this
    this.spooled = null
    this.reserved = 0
    await spooled?.close().catch(() => undefined)
  }
}
