/** Whether a user may still hear the kept audio, since rights and passwords may change while it is kept. */
import type { Credentials } from '../source.ts'

interface Asking {
  readonly password: string
  readonly answer: Promise<boolean>
}

export class Right {
  #credentials: Credentials
  /** Null until the recorder has said so for the first time. */
  #confirmedMs: number | null = null
  #asking: Asking | null = null

  constructor(credentials: Credentials) {
    this.#credentials = credentials
  }

  /** With the password that last confirmed the right, or that first asks for it. */
  get credentials(): Credentials {
    return this.#credentials
  }

  /** Whether it is being asked for the first time, with another password, which may be wrong. */
  isAskedWithAnother({ password }: Credentials): boolean {
    return this.#confirmedMs === null && password !== this.#credentials.password
  }

  /** The recorder has let them hear it. */
  confirm(atMs: number): void {
    this.#confirmedMs = atMs
  }

  /**
   * Whether it was confirmed with this password and not too long ago, or is first being asked for with it.
   * @param sinceMs the earliest confirmation that counts.
   */
  isFresh({ password }: Credentials, sinceMs: number): boolean {
    if (password !== this.#credentials.password) return false
    return this.#confirmedMs === null || this.#confirmedMs > sinceMs
  }

  /**
   * Confirms it again. Many requests at once cost one question.
   * @param ask resolves with whether the recorder lets them hear it.
   */
  async renew(credentials: Credentials, nowMs: () => number, ask: () => Promise<boolean>): Promise<boolean> {
    const { password } = credentials
    const running = this.#asking?.password === password ? this.#asking : null
    const asking = running ?? { password, answer: ask() }
    this.#asking = asking
    try {
      const may = await asking.answer
      if (may) {
        this.#credentials = credentials
        this.#confirmedMs = nowMs()
      }
      return may
    } finally {
      if (this.#asking === asking) this.#asking = null
    }
  }
}
