/** `npm run health`: asks the host on this machine whether it lives, for a container's health check. */
import { request as ask } from 'node:http'
import { request as askSecurely } from 'node:https'
import { text } from 'node:stream/consumers'
import { HEALTH_LIVE } from '../../contract/endpoints.ts'
import { readVariable } from '../config/read-alone.ts'
import { OperatorError } from '../platform/operator-error.ts'
import { runCommand, UsageError, type Command } from './run-command.ts'

const USAGE = `Usage: npm run health

Asks the host on this machine for ${HEALTH_LIVE}, where HOST and PORT say, and with TLS if TLS_CERT is set. Fails if it does not
answer with 200 within 4 seconds.`

const TIMEOUT_MS = 4000

/** A host that listens on all addresses answers on loopback too. */
const loopbackOf: Readonly<Record<string, string>> = { '0.0.0.0': '127.0.0.1', '::': '::1' }

type Environment = Readonly<Record<string, string | undefined>>

/** @returns the status of the answer. */
function statusOf(env: Environment): Promise<number> {
  const host = readVariable(env, 'HOST')
  const address = { host: loopbackOf[host] ?? host, port: readVariable(env, 'PORT'), path: HEALTH_LIVE }
  return new Promise((resolve, reject) => {
    // The certificate names the host as others see it. The question holds no secret, and does not leave this machine.
    const options = { ...address, signal: AbortSignal.timeout(TIMEOUT_MS), rejectUnauthorized: false }
    const asked = (env.TLS_CERT ? askSecurely : ask)(options, (answer) => {
      text(answer).then(() => resolve(answer.statusCode ?? 0), reject)
    })
    asked.once('error', reject).end()
  })
}

export const healthCommand: Command<Record<never, never>> = {
  usage: USAGE,
  flags: {},
  async run({ operands, env, say }) {
    if (operands.length > 0) throw new UsageError('This command takes no arguments.')
    const status = await statusOf(env).catch((error: unknown) => {
      throw new OperatorError(`The host does not answer: ${String(error)}`, { cause: error })
    })
    if (status !== 200) throw new OperatorError(`The host answers with ${status}.`)
    say('The host lives.')
    return 'done'
  },
}

await runCommand(import.meta.url, healthCommand)
