/** Explains errors of the database's server, and what an operator can do about them. */
import { CommitLost, isServerAnswer } from './commit-lost.ts'
import { codeOf } from '../../platform/code-of.ts'
import { Problem } from '../../../contract/problems.ts'
import { OperatorError } from '../../platform/operator-error.ts'

/** A server of DATABASE_URL, in words that hold no password. */
export interface DatabasePlace {
  readonly host: string
  readonly port: string
  readonly database: string
  readonly user: string
}

/** @param url a valid `postgres://` address. */
export function placeOf(url: string): DatabasePlace {
  const { hostname, port, pathname, username } = new URL(url)
  const user = decodeURIComponent(username)
  return {
    host: hostname,
    port: port === '' ? '5432' : port,
    database: decodeURIComponent(pathname.slice(1)) || user,
    user,
  }
}

type Explain = (place: DatabasePlace) => string

const at = ({ host, port }: DatabasePlace): string => `the PostgreSQL server at ${host}:${port}`

const unreachable: Explain = (place) =>
  `DATABASE_URL cannot be used: nothing answers at ${place.host}:${place.port}. Start the server, or correct the host and port.`

const noPassword: Explain = (place) =>
  `DATABASE_URL cannot be used: ${at(place)} asks for the password of ${place.user}, and the address has none. Write it after the user: postgres://user:password@host:port/database.`

const unencrypted: Explain = (place) =>
  `DATABASE_URL cannot be used: ${at(place)} offers no encryption. Switch it on there (ssl = on), or take sslmode out of the address.`

const wrongPassword: Explain = (place) =>
  `DATABASE_URL cannot be used: ${at(place)} does not accept the password of ${place.user}. Correct the user or the password.`

const full: Explain = (place) =>
  `The disk of ${at(place)} is full. Free some space there and try again; nothing was changed.`

const untrusted: Explain = (place) =>
  `DATABASE_URL cannot be used: the certificate of ${at(place)} is not trusted. Name the file of its authority with sslrootcert in the address, or write the host as the certificate does.`

/** By the code of the server (appendix A of PostgreSQL's manual) or of the network. */
const explanations: Readonly<Record<string, Explain>> = {
  ECONNREFUSED: unreachable,
  ECONNRESET: unreachable,
  EHOSTUNREACH: unreachable,
  ENETUNREACH: unreachable,
  ETIMEDOUT: unreachable,
  ENOTFOUND: (place) =>
    `DATABASE_URL cannot be used: there is no host ${place.host}. Correct its name, or the network’s list of names.`,
  EAI_AGAIN: (place) =>
    `DATABASE_URL cannot be used: the name ${place.host} cannot be looked up now. Try again, or give the server’s address.`,
  DEPTH_ZERO_SELF_SIGNED_CERT: untrusted,
  SELF_SIGNED_CERT_IN_CHAIN: untrusted,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: untrusted,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: untrusted,
  CERT_HAS_EXPIRED: untrusted,
  ERR_TLS_CERT_ALTNAME_INVALID: untrusted,
  '28P01': wrongPassword,
  '28000': (place) =>
    `DATABASE_URL cannot be used: ${at(place)} does not let ${place.user} in from here. Allow it in the server’s pg_hba.conf, or correct the user.`,
  '3D000': (place) =>
    `DATABASE_URL cannot be used: ${at(place)} has no database ${place.database}. Make it there (CREATE DATABASE), or correct the name.`,
  ENOENT: () =>
    'DATABASE_URL cannot be used: it names a file of a certificate (sslrootcert, sslcert or sslkey) that is not there.',
  '42501': (place) =>
    `DATABASE_URL cannot be used: ${place.user} may not do this in the database ${place.database}. Make ${place.user} its owner, or grant CREATE on it.`,
  '53300': (place) =>
    `${at(place)} has no connection left. Raise its max_connections, or stop other programs that use it.`,
  '53200': (place) =>
    `${at(place)} has no room for locks or memory left. Raise its max_locks_per_transaction (256 for ten years of recordings), and restart it.`,
  '53100': full,
  '58030': full,
  '55P03': (place) =>
    `The database ${place.database} is being written by another import or command. Wait for it to end, then try again.`,
  '57P01': (place) => `${at(place)} was shut down meanwhile. Nothing was changed; try again once it runs.`,
  '57P03': (place) => `${at(place)} is starting or stopping. Try again in a moment.`,
  '25006': (place) =>
    `${at(place)} is a replica, which takes no changes. Set DATABASE_URL to the primary, and replicas in DATABASE_REPLICAS.`,
  '0A000': (place) =>
    `${at(place)} lacks something that this program needs: PostgreSQL 15 or later, with pg_trgm.`,
  '58P01': (place) =>
    `${at(place)} lacks the extension pg_trgm. Install PostgreSQL’s contrib package there (Debian has it in the package postgresql).`,
}

const lost: Explain = (place) =>
  `The connection to ${at(place)} was lost. Nothing was changed; try again once the server can be reached.`

/** By the words of the driver, which gives these errors no code. */
const driverWords: readonly (readonly [words: RegExp, explain: Explain])[] = [
  [/client password must be/, noPassword],
  [/server does not support SSL/, unencrypted],
  [/timeout expired/, unreachable],
  [
    /Connection terminated|not queryable|no server of the archive|Client has encountered a connection error|connection timeout|timeout exceeded when trying to connect|Query read timeout/i,
    lost,
  ],
]

const explainWords = (error: unknown): Explain | undefined =>
  error instanceof Error ? driverWords.find(([words]) => words.test(error.message))?.[1] : undefined

/** The error as an OperatorError if its cause is known, else the error itself. */
export function explainDatabase(error: unknown, url: string): unknown {
  if (error instanceof OperatorError) return error
  const place = placeOf(url)
  if (error instanceof CommitLost) {
    return new OperatorError(
      `The connection to ${at(place)} was lost while a change was being stored, so it may have been stored or not. Look, and make it again where it was not.`,
      { cause: error },
    )
  }
  const explain = explanations[codeOf(error)] ?? explainWords(error)
  return explain ? new OperatorError(capital(explain(place)), { cause: error }) : error
}

/** Codes of a server that cannot be asked or cannot store now, besides those of the network. */
const gone: ReadonlySet<string> = new Set(
  `57P01 57P02 57P03 57P05 25P03 25006 40P01 53100 53200 53300 55P03 58030 08001 08004 08006 28P01 28000
  ENOTFOUND EAI_AGAIN EPIPE ERR_STREAM_DESTROYED`.split(/\s+/),
)

/** A certificate that cannot be believed, or a connection that cannot be encrypted. */
const isTls = (code: string): boolean =>
  /^(ERR_TLS|ERR_SSL|CERT_|UNABLE_TO_|SELF_SIGNED|DEPTH_ZERO)/.test(code)

const RETRY_AFTER_MS = 3000

/** The error as a problem that users can read, if the server cannot be asked now, else null. */
export function unreachableNow(error: unknown): Problem | null {
  const code = codeOf(error)
  const explain = explanations[code] ?? explainWords(error)
  const isWords = explain === lost || explain === unreachable || explain === unencrypted
  if (!isWords && !gone.has(code) && !isTls(code) && !(error instanceof CommitLost)) return null
  return notNow(error)
}

const notNow = (cause: unknown): Problem =>
  new Problem(
    {
      code: 'storage_failed',
      message: 'The database cannot be used now. Try again in a moment.',
      retryAfterMs: RETRY_AFTER_MS,
    },
    { cause },
  )

/**
 * Waits for work on what hosts share. Whatever its error is of, such as a statement that an administrator cancelled, it
 * is one of the database: nothing that a user sent can cause one.
 * @throws a problem that users can read.
 */
export async function reachingShared<T>(work: Promise<T>): Promise<T> {
  try {
    return await work
  } catch (error) {
    if (error instanceof Problem) throw error
    throw isServerAnswer(error) ? notNow(error) : (unreachableNow(error) ?? error)
  }
}

/** Waits for the work. @throws a problem that users can read if the server cannot be asked now, else the work's error. */
export async function reaching<T>(work: Promise<T>): Promise<T> {
  try {
    return await work
  } catch (error) {
    throw unreachableNow(error) ?? error
  }
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)
