/**
 * Demo accounts have public passwords and are for trying the program on its own machine. Clients of a proxy never
 * count as being on this machine, whatever the proxy reports.
 */
import { createHmac, randomBytes } from 'node:crypto'
import type { FastifyRequest } from 'fastify'
import type { DemoAccount } from '../../contract/session.ts'
import { isForwarded } from '../http/forwarding.ts'
import { accountName } from '../sources/account-name.ts'
import type { Credentials } from '../sources/source.ts'
import { MAX_CREDENTIAL_LENGTH } from './passwords.ts'

export interface DemoAccounts {
  /** The accounts that the request's client may see and use. */
  shown(request: FastifyRequest): readonly DemoAccount[]
  /** Whether it is a demo account that is closed to the request's client. */
  isClosed(username: string, request: FastifyRequest): boolean
  /**
   * The credentials to try. For a closed account the password is replaced by a wrong one, so that the answer gives
   * nothing away: the try is judged, counted and answered like any wrong password.
   */
  tried(given: Credentials, request: FastifyRequest): Credentials
}

const isLoopbackAddress = (address = ''): boolean => /^(::1|(::ffff:)?127(\.\d{1,3}){3})$/i.test(address)

const isLocal = (request: FastifyRequest): boolean =>
  isLoopbackAddress(request.raw.socket.remoteAddress) && !isForwarded(request)

export function createDemoAccounts(accounts: readonly DemoAccount[]): DemoAccounts {
  const names = new Set(accounts.map(({ username }) => accountName(username)))
  const key = randomBytes(32)
  const isClosed = (username: string, request: FastifyRequest): boolean =>
    names.has(accountName(username)) && !isLocal(request)
  return {
    shown: (request) => (isLocal(request) ? accounts : []),
    isClosed,
    tried(given, request) {
      const { username, password } = given
      // A password that is too long is refused unread, and must stay too long.
      if (!isClosed(username, request) || password.length > MAX_CREDENTIAL_LENGTH) return given
      return { username, password: createHmac('sha256', key).update(password).digest('base64') }
    },
  }
}
