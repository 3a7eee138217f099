/** The customer's own recorder as a source of recordings: a relay of three fixed routes, which checks every answer. */
import { performance } from 'node:perf_hooks'
import { RECORDINGS } from '../../../contract/endpoints.ts'
import type { Person } from '../../../contract/people.ts'
import { Problem } from '../../../contract/problems.ts'
import { writeApiQuery, type Paging, type Search } from '../../../contract/search.ts'
import { accountName } from '../account-name.ts'
import type { Asker, Credentials, Page, Principal, Source } from '../source.ts'
import type { Tries } from '../tries.ts'
import { openConnection, withTimeLimit, type Connection, type RecorderClient } from './connection.ts'
import { askDetail } from './detail.ts'
import { credentialsRefused, passwordNotChecked, refusedByRecorder } from './failures.ts'
import { standardRecorderLimits, type RecorderLimits } from './limits.ts'
import { askPage, checkPage, type NameOf } from './list.ts'
import {
  remoteParameterFinder,
  type CountMatching,
  type RemoteParameter,
  type RemoteParameterFinder,
} from './remote-parameter.ts'
import type { RecorderWatch } from './reaching.ts'
import { ShownPeople } from './shown-people.ts'
import { Spool, type SpoolOptions } from './spool.ts'
import { walkPages } from './walk.ts'
import { discard } from './wire.ts'

export interface RecorderOptions {
  /** The recorder's root: scheme, host and port. The API's path is added to it. */
  readonly url: string
  /** PEM of the customer's own authority, or null. */
  readonly ca: string | null
  readonly remoteParameter: RemoteParameter | 'auto'
  /** Counts passwords that may be wrong, and keeps the count over a restart. */
  readonly tries: Tries
  /** The folder for audio that is being listened to. */
  readonly spoolFolder: string
  readonly limits?: Partial<RecorderLimits>
  /** People whose names the administrator shows to all users who may search. */
  readonly people?: readonly Person[]
  readonly spool?: Partial<
    Pick<SpoolOptions, 'maxBytes' | 'idleMs' | 'graceMs' | 'failureMs' | 'faultMs' | 'rightMs'>
  >
  /** A clock that is never set, ms. */
  readonly steadyMs?: () => number
  /** Is notified about the recorder's state. */
  readonly watch?: RecorderWatch | undefined
}

/** How long the answer about readiness holds: any client may ask for it, and the recorder has other work. */
const READY_MS = 5000
const READY_LIMIT_MS = 3000

const smallest: Paging = { page: 0, pageSize: 1 }
const pathOfSmallest = `${RECORDINGS}?${writeApiQuery({}, smallest)}`
const asDeclared: NameOf = (name) => name

/** Only the recorder knows what its users may do. Here all of them may ask. */
const principalOf = (credentials: Credentials): Principal => ({
  username: credentials.username,
  account: accountName(credentials.username),
  displayName: null,
  role: 'base',
  scope: { kind: 'recorder' },
  stamp: '',
  credentials,
})

function credentialsOf({ credentials }: Principal): Credentials {
  if (credentials) return credentials
  throw credentialsRefused()
}

/** Basic ends a name at its first colon (RFC 7617, section 2), and knows no control characters. */
const canBeSent = ({ username, password }: Credentials): boolean =>
  // oxlint-disable-next-line no-control-regex
  !username.includes(':') && !/[\u0000-\u001f\u007f]/.test(username + password)

/** Whether the recorder answers 401 to an impossible password. Asked each time, since a firewall comes and goes. */
async function checksPasswords(connection: Connection): Promise<boolean> {
  const call = { lane: 'data', path: pathOfSmallest, accept: 'application/json' } as const
  const client = connection.asStranger()
  return client.inTime(new AbortController().signal, async (signal) => {
    const answer = await client.ask(call, signal)
    discard(answer)
    return answer.statusCode === 401
  })
}

type Trier = Pick<Asker, 'isKnown' | 'onUnanswered'>

/**
 * Tries the password by a search.
 * @returns whether its user may search.
 * @throws Problem `signed_out` for a wrong password.
 */
async function maySearch(
  connection: Connection,
  credentials: Credentials,
  { isKnown, onUnanswered }: Trier,
): Promise<boolean> {
  const query = { search: {}, paging: smallest, nameOf: asDeclared, isSignIn: true, isKnown, onUnanswered }
  try {
    await askPage(connection.as(credentials), query, new AbortController().signal)
    return true
  } catch (error) {
    if (!(error instanceof Problem && error.code === 'forbidden')) throw error
    // The password is correct, but the right to search is missing. The page says which right, and whom to ask for it.
    // However, a server that refuses everybody has not checked the password.
    if (!(await checksPasswords(connection))) throw passwordNotChecked()
    return false
  }
}

async function authenticate(
  connection: Connection,
  credentials: Credentials,
  trier: Trier,
  shown: ShownPeople,
): Promise<Principal | null> {
  if (!canBeSent(credentials)) return null
  try {
    shown.searched(credentials.username, await maySearch(connection, credentials, trier))
  } catch (error) {
    if (!(error instanceof Problem)) throw error
    throw error.code === 'signed_out' ? refusedByRecorder() : error
  }
  return principalOf(credentials)
}

async function list(
  client: RecorderClient,
  finder: RemoteParameterFinder,
  query: { readonly search: Search; readonly paging: Paging },
  signal: AbortSignal,
): Promise<Page> {
  const { search, paging } = query
  const count: CountMatching = async (counted, name) => {
    const counting = { search: counted, paging: smallest, nameOf: name }
    return (await askPage(client, counting, signal)).totalCount
  }
  const nameOf = await finder.nameOf(search, count, signal)
  try {
    const page = await askPage(client, { search, paging, nameOf }, signal)
    return checkPage(page, search, paging)
  } catch (error) {
    // The filter was ignored or refused, so its name may be that of another release.
    if (error instanceof Problem && ['recorder_mismatch', 'invalid_query'].includes(error.code))
      finder.forget()
    throw error
  }
}

/** Learns from the answer to a user whether the user may search, and forgets a user whose password is refused. */
async function learning<T>(shown: ShownPeople, { username }: Principal, answer: Promise<T>): Promise<T> {
  try {
    return await answer
  } catch (error) {
    if (error instanceof Problem && error.code === 'signed_out') shown.forget(username)
    if (error instanceof Problem && error.code === 'forbidden') shown.searched(username, false)
    throw error
  }
}

function readiness(connection: Connection, steadyMs: () => number): () => Promise<boolean> {
  let asked: { readonly atMs: number; readonly ready: Promise<boolean> } | null = null
  const ask = async (): Promise<boolean> => {
    const call = { lane: 'data', path: pathOfSmallest, accept: 'application/json' } as const
    return withTimeLimit(READY_LIMIT_MS, new AbortController().signal, async (signal) => {
      // Without a password it says 401, which is enough: it answers.
      const answer = await connection.anonymous.ask(call, signal)
      discard(answer)
      return answer.statusCode < 500
    }).catch(() => false)
  }
  return () => {
    if (!asked || steadyMs() - asked.atMs > READY_MS) asked = { atMs: steadyMs(), ready: ask() }
    return asked.ready
  }
}

/** The first question opens the first connection. @throws if the spool's folder cannot be made. */
export function openRecorderSource(options: RecorderOptions): Source {
  const { url, ca, tries, spoolFolder, watch, steadyMs = () => performance.now() } = options
  const limits = { ...standardRecorderLimits, ...options.limits }
  const connection = openConnection({ origin: new URL(url).origin, ca, tries, limits, steadyMs, watch })
  const finder = remoteParameterFinder(options.remoteParameter)
  const spool = new Spool({ connection, folder: spoolFolder, steadyMs, ...options.spool })
  const clientOf = (viewer: Principal): RecorderClient => connection.as(credentialsOf(viewer))
  const shown = new ShownPeople({ listed: options.people, steadyMs })
  const page = async (
    search: Search,
    paging: Paging,
    viewer: Principal,
    signal: AbortSignal,
  ): Promise<Page> => {
    const found = await learning(shown, viewer, list(clientOf(viewer), finder, { search, paging }, signal))
    shown.searched(viewer.username, true)
    return found
  }
  return {
    // It goes on when its caller leaves: the password has been sent, and the answer counts.
    authenticate: (username, password, _signal, asker) =>
      authenticate(connection, { username, password }, asker ?? { isKnown: false }, shown),
    async principal(_username, credentials) {
      if (!credentials || connection.isRefused(credentials)) return null
      shown.touch(credentials.username)
      return principalOf(credentials)
    },
    list: page,
    listAll: (search, viewer, signal) => walkPages((paging) => page(search, paging, viewer, signal)),
    people: async (q, limit, { username }) => shown.find(q, limit, username),
    ownerNames: (rows, { username }) => shown.pageShown(username, rows),
    forget: (username) => shown.forget(username),
    async detail(id, viewer, signal) {
      const found = await learning(shown, viewer, askDetail(clientOf(viewer), id, signal))
      if (found) shown.detailShown(viewer.username, found)
      return found
    },
    media: (id, viewer, signal, ask) => spool.media(id, credentialsOf(viewer), signal, ask),
    ready: readiness(connection, steadyMs),
    gauges: () => ({ ...connection.gauges(), ...spool.gauges() }),
    async close() {
      await spool.close()
      await connection.close()
    },
  }
}
