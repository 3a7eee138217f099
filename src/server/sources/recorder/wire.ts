/** One question to the recorder and its answer, for any client that carries them. */
import type { IncomingHttpHeaders } from 'node:http'
import type { Readable } from 'node:stream'
import { rootCertificates } from 'node:tls'
import type { Breaker } from './breaker.ts'
import type { RecorderLimits } from './limits.ts'

export interface Question {
  /** With its query, as it goes on the wire. */
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
}

export interface WireAnswer {
  readonly statusCode: number
  readonly headers: IncomingHttpHeaders
  /** A stream of bytes. It closes when the answer no longer takes a connection. */
  readonly body: Readable
}

/** No connection was made, so the recorder has not seen the question. Its cause is the failure of the connection. */
export class NotConnected extends Error {
  override readonly name = 'NotConnected'

  constructor(cause: unknown) {
    super('No connection to the recorder could be made.', { cause })
  }
}

export interface Wire {
  /**
   * Asks once. No redirect is followed.
   * @param signal ends the question until its answer has begun. From then on the caller destroys the body instead.
   * @returns the answer at its headers; the caller reads or destroys its body.
   * @throws NotConnected if no byte of the question was sent, else the unchanged failure; see `explainFailure`.
   */
  ask(question: Question, signal: AbortSignal): Promise<WireAnswer>
  /** How many connections are open now. */
  sockets(): number
  close(): Promise<void>
}

export interface WireOptions {
  /** Scheme, host and port. */
  readonly origin: string
  /** PEM of a further authority, beside those that Node knows. */
  readonly ca: string | null
  readonly limits: RecorderLimits
  readonly breaker: Breaker
  /** How many connections at most. */
  readonly connections: number
}

/** Certificates are checked whatever the process's environment says. */
export const trustOf = (ca: string | null) => ({
  rejectUnauthorized: true,
  ...(ca === null ? {} : { ca: [...rootCertificates, ca] }),
})

/** Drops an answer unread, and leaves neither its connection nor an unhandled error behind. */
export function discard({ body }: WireAnswer): void {
  body.on('error', () => undefined)
  body.destroy()
}
