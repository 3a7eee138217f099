/** The host's configuration, read once from the environment and checked as a whole. */
import { inDataDir } from '../files/data-dir.ts'
import type { Listen } from './addresses.ts'
import type { Authority } from './authorities.ts'
import { matchTls, type TlsFiles, type TlsMaterial } from './certificates.ts'
import { ValueFault } from './readers.ts'
import { relations } from './relations.ts'
import type { AuditSink } from './sinks.ts'
import { harmfulVariables, unknownVariables } from './unknown.ts'
import {
  variableNames,
  variables,
  type LogLevel,
  type RemoteParameterSetting,
  type Values,
  type VariableName,
} from './variables.ts'
import { OperatorError } from '../platform/operator-error.ts'

/** How to reach the customer's recorder. */
export interface RecorderConfig {
  /** The server's origin, without a trailing slash: `https://recorder.example.com`. */
  readonly url: string
  /** PEM certificates to trust besides the system's, or null. */
  readonly ca: string | null
  readonly remoteParameter: RemoteParameterSetting
  /** How long a search may take there, ms. */
  readonly timeoutMs: number
  /** The path of the list of people that the administrator shows, relative to the working directory, or null. */
  readonly peopleFile: string | null
}

/** How to reach an archive in PostgreSQL. The addresses hold passwords. */
export interface DatabaseConfig {
  readonly url: string
  readonly replicas: readonly string[]
  /** How long a replica may lag behind, ms. */
  readonly maxLagMs: number
}

export interface Config {
  readonly host: string
  /** 0 takes any free port. */
  readonly port: number
  /** As given, relative to the working directory. */
  readonly dataDir: string
  /** Never true with a recorder or a database. */
  readonly demo: boolean
  /** The start of the host's clock, ms since the Unix epoch; null for the machine's own time. */
  readonly demoNowMs: number | null
  /** Exact origins that may frame `/embed/v1/`. */
  readonly embedOrigins: readonly string[]
  /** Wrong passwords of one user that are free. Each further one makes the next wait longer. */
  readonly loginFailures: number
  /** Where users ask for rights, or null. */
  readonly contact: string | null
  readonly logLevel: LogLevel | null
  /** Null for an archive of its own. */
  readonly recorder: RecorderConfig | null
  /** The PostgreSQL database that holds the recordings, or null. */
  readonly database: DatabaseConfig | null
  /** The folder of its audio, relative to the working directory. */
  readonly mediaDir: string
  /** The audit log's file, relative to the working directory. */
  readonly auditLog: string
  /** Rows to one session in an hour that look like copying. */
  readonly copyAlert: number
  /** Where the audit log's heads are kept; a file's path is relative to the working directory. */
  readonly auditSink: AuditSink
  /** This host's name among several, or null for a host alone. */
  readonly hostName: string | null
  /** 32 bytes, or null if the host makes its own in `dataDir`. */
  readonly hostKey: Buffer | null
  /** Addresses and networks of proxies that are trusted about the client and TLS. */
  readonly trustProxy: readonly string[]
  /** The host names that requests may use. If empty, the certificate or the listening address decides. */
  readonly allowedHosts: readonly Authority[]
  /** Whether browsers must insist on TLS for names below the host's too. */
  readonly hstsSubdomains: boolean
  /** Null for plain HTTP. */
  readonly tls: (TlsFiles & TlsMaterial) | null
  /** The address of the metrics, or null for none. */
  readonly metrics: Listen | null
}

/** Environment variables by name. */
export type Environment = Readonly<Record<string, string | undefined>>

const urlOf = (values: Values): string | null => values.DATABASE_URL ?? values.DATABASE_URL_FILE

function toDatabase(values: Values): DatabaseConfig | null {
  const url = urlOf(values)
  if (url === null) return null
  return {
    url,
    replicas: values.DATABASE_REPLICAS_FILE ?? values.DATABASE_REPLICAS,
    maxLagMs: values.DATABASE_MAX_LAG * 1000,
  }
}

const toConfig = (values: Values): Config => ({
  host: values.HOST,
  port: values.PORT,
  dataDir: values.DATA_DIR,
  demo: values.DEMO && values.RECORDER_URL === null && urlOf(values) === null,
  demoNowMs: values.DEMO_NOW,
  embedOrigins: values.EMBED_ORIGINS,
  loginFailures: values.LOGIN_FAILURES,
  contact: values.CONTACT,
  logLevel: values.LOG_LEVEL,
  recorder: values.RECORDER_URL === null ? null : toRecorder(values.RECORDER_URL, values),
  database: toDatabase(values),
  mediaDir: values.MEDIA_DIR ?? inDataDir(values.DATA_DIR, 'media'),
  auditLog: values.AUDIT_LOG ?? inDataDir(values.DATA_DIR, 'audit.log'),
  auditSink: values.AUDIT_SINK ?? { kind: 'file', path: inDataDir(values.DATA_DIR, 'audit.heads') },
  copyAlert: values.COPY_ALERT,
  hostName: values.HOST_NAME,
  hostKey: values.HOST_KEY ?? values.HOST_KEY_FILE,
  trustProxy: values.TRUST_PROXY,
  allowedHosts: values.ALLOWED_HOSTS,
  hstsSubdomains: values.HSTS_SUBDOMAINS,
  tls: values.TLS_CERT && values.TLS_KEY ? matchTls(values.TLS_CERT, values.TLS_KEY) : null,
  metrics: values.METRICS_PORT,
})

const toRecorder = (url: string, values: Values): RecorderConfig => ({
  url,
  ca: values.RECORDER_CA_FILE?.text ?? null,
  remoteParameter: values.RECORDER_REMOTE_PARAMETER,
  timeoutMs: values.RECORDER_TIMEOUT * 1000,
  peopleFile: values.PEOPLE_FILE,
})

const told = (name: VariableName, message: string): string =>
  `${name} ${message} Example: ${name}=${variables[name].example}`

/**
 * Reads the environment, and the certificates and keys that it names. An empty variable counts as not set.
 * @throws OperatorError naming every wrong or unknown variable, each wrong one with a right example.
 */
export function readConfig(env: Environment): Config {
  const isSet = (name: string): boolean => (env[name] ?? '') !== ''
  const read: Record<string, unknown> = {}
  const faults: string[] = []
  for (const name of variableNames) {
    try {
      read[name] = variables[name].read(env[name] || variables[name].standard)
    } catch (error) {
      if (!(error instanceof ValueFault)) throw error
      faults.push(told(name, error.message))
    }
  }
  faults.push(...relations(read, isSet).map(([name, message]) => told(name, message)))
  faults.push(...unknownVariables(env), ...harmfulVariables(env))
  if (faults.length === 0) return toConfig(read as Values)
  throw new OperatorError(
    `The configuration is not usable:\n${faults.map((fault) => `  ${fault}`).join('\n')}`,
  )
}
