/** Every variable of the host, declared once for reading, errors, `--print-config` and the README's table. */
import { DATA_DIR_DEFAULT } from '../files/data-dir.ts'
import { namesOf } from '../../contract/search.ts'
import { listenAddress, origins, proxies, recorderRoot } from './addresses.ts'
import { hostNames } from './authorities.ts'
import { certificateFile, keyFile } from './certificates.ts'
import { databaseUrl, databaseUrlFile, databaseUrls, databaseUrlsFile } from './databases.ts'
import { hostKey, hostKeyFile } from './host-keys.ts'
import { instant, integerBetween, matching, onOff, oneOf, optional } from './readers.ts'
import { auditSink } from './sinks.ts'
import { secret, variable } from './variable.ts'

export const logLevels = ['fatal', 'error', 'warn', 'info', 'debug', 'silent'] as const
export type LogLevel = (typeof logLevels)[number]

const remoteParameters = ['auto', ...namesOf('remotePartyNumber')] as const
/** The recorder's name for the filter by remote number; `auto` lets the relay find it out. */
export type RemoteParameterSetting = (typeof remoteParameters)[number]

const host = {
  HOST: variable({
    what: 'where the host listens',
    standard: '127.0.0.1',
    example: '127.0.0.1',
    read: matching(/^[\w.:-]+$/, 'a name or an address'),
  }),
  PORT: variable({
    what: 'its port; `0` takes a free one',
    standard: '8080',
    example: '8080',
    read: integerBetween(0, 65_535, 'a port from 1 to 65535, or 0 for any free one'),
  }),
  DATA_DIR: variable({
    what: 'recordings, audio, sessions, the host’s key and the audit log',
    standard: `${DATA_DIR_DEFAULT}/`,
    example: '/var/lib/recordings',
    read: matching(/^[^\0]+$/, 'the path of a folder'),
  }),
  DEMO: variable({
    what: 'make demo data where there is no store; never with `RECORDER_URL` or `DATABASE_URL`',
    standard: 'on',
    example: 'off',
    read: onOff(),
  }),
  DEMO_NOW: variable({
    what: 'an instant at which the host’s clock starts, for tests',
    standard: '',
    example: '2026-11-23T08:30:00Z',
    read: optional(instant),
  }),
  EMBED_ORIGINS: variable({
    what: 'exact origins, with commas, that may frame `/embed/v1/`; without it nobody may',
    standard: '',
    example: 'https://portal.example.com',
    read: origins,
  }),
  LOGIN_FAILURES: variable({
    what: 'wrong passwords of one user that are free; each further one makes the next wait longer',
    standard: '4',
    example: '4',
    read: integerBetween(1, 1000, 'an integer from 1 to 1000'),
  }),
  CONTACT: variable({
    what: 'contact that the page shows to users without the right to search',
    standard: '',
    example: 'the service desk, 4242',
    read: optional(matching(/^.{1,200}$/, 'one line of up to 200 characters')),
  }),
  LOG_LEVEL: variable({
    what: 'level of the log on standard output',
    standard: '',
    told: '`info`; `warn` on a terminal',
    example: 'info',
    read: optional(oneOf(logLevels)),
  }),
}

const recorder = {
  RECORDER_URL: variable({
    what: 'the root of the recorder’s server; the API’s path is appended. Without it the embedded store answers',
    standard: '',
    example: 'https://recorder.example.com',
    read: optional(recorderRoot),
  }),
  RECORDER_ALLOW_HTTP: variable({
    what: '`on` lets `RECORDER_URL` be `http` beyond this machine: passwords cross the network unprotected',
    standard: 'off',
    example: 'on',
    read: onOff(),
  }),
  RECORDER_CA_FILE: variable({
    what: 'PEM file of the authority that signed the recorder’s certificate, where the system does not know it',
    standard: '',
    example: '/etc/ssl/certs/company-ca.pem',
    read: optional(certificateFile),
  }),
  RECORDER_REMOTE_PARAMETER: variable({
    what: 'what the recorder calls the filter by remote number; `auto` finds out',
    standard: 'auto',
    example: 'remoteParty',
    read: oneOf(remoteParameters),
  }),
  RECORDER_TIMEOUT: variable({
    what: 'seconds that a search may take at the recorder',
    standard: '25',
    example: '25',
    read: integerBetween(1, 120, 'seconds, an integer from 1 to 120'),
  }),
  PEOPLE_FILE: variable({
    what: 'CSV (`username,firstName,lastName,group`) of people whom every user who may search a recorder can find',
    standard: '',
    example: '/etc/recordings/people.csv',
    read: optional(matching(/^[^\0]+$/, 'the path of a file')),
  }),
}

const archive = {
  ...secret('DATABASE_URL', {
    what: 'the PostgreSQL database that holds the recordings and accounts. Without it they lie in `DATA_DIR`',
    example: 'postgres://recordings:secret@db.example.com:5432/recordings?sslmode=verify-full',
    read: optional(databaseUrl),
    file: { ...databaseUrlFile, example: '/run/secrets/recordings-database-url' },
  }),
  ...secret('DATABASE_REPLICAS', {
    what: 'addresses, with commas, of streaming replicas of `DATABASE_URL`, which answer searches, and take over once promoted',
    example:
      'postgres://recordings:secret@db2.example.com/recordings,postgres://recordings:secret@db3.example.com/recordings',
    read: databaseUrls,
    file: { ...databaseUrlsFile, example: '/run/secrets/recordings-database-replicas' },
  }),
  DATABASE_MAX_LAG: variable({
    what: 'seconds that a replica may lag behind before it is read from only where no other server answers',
    standard: '10',
    example: '10',
    read: integerBetween(1, 3600, 'seconds, an integer from 1 to 3600'),
  }),
  MEDIA_DIR: variable({
    what: 'the folder of the audio of recordings in `DATABASE_URL`, which all hosts see',
    standard: '',
    told: '`DATA_DIR/media`',
    example: '/srv/recordings/media',
    read: optional(matching(/^[^\0]+$/, 'the path of a folder')),
  }),
}

const operations = {
  AUDIT_LOG: variable({
    what: 'the file of the audit log',
    standard: '',
    told: '`DATA_DIR/audit.log`',
    example: '/var/log/recordings/audit.log',
    read: optional(matching(/^[^\0]*[^\0/]$/, 'the path of a file')),
  }),
  AUDIT_SINK: variable({
    what: 'where the audit log’s heads are kept: a file, or syslog at `tcp://host:port` or `tls://host:port`',
    standard: '',
    told: '`DATA_DIR/audit.heads`',
    example: 'tls://syslog.example.com:6514',
    read: optional(auditSink),
  }),
  COPY_ALERT: variable({
    what: 'recordings shown to one session in an hour that are a line of their own in the audit log, and a metric',
    standard: '5000',
    example: '5000',
    read: integerBetween(1, 999_999_999, 'an integer from 1 to 999999999'),
  }),
  HOST_NAME: variable({
    what: 'this host’s name among several, which each line of its audit log carries; a host alone needs none',
    standard: '',
    example: 'recordings-1',
    read: optional(matching(/^[A-Za-z\d.-]{1,63}$/, 'up to 63 letters, digits, dots and hyphens')),
  }),
  ...secret('HOST_KEY', {
    what: '32 bytes in base64 that seal sessions and mask what the audit log holds',
    told: 'made once: `DATA_DIR/host.key`',
    example: '<what openssl rand -base64 32 printed>',
    read: optional(hostKey),
    file: { ...hostKeyFile, example: '/run/secrets/recordings-host-key' },
  }),
  TRUST_PROXY: variable({
    what: 'addresses or networks, with commas, of proxies whose `X-Forwarded-For`, `-Proto` and `-Host` are believed',
    standard: '',
    example: 'loopback, 10.0.0.0/8',
    read: proxies,
  }),
  ALLOWED_HOSTS: variable({
    what: 'names in the dashboard’s addresses, with commas; requests under any other name are refused',
    standard: '',
    told: 'own names, where it knows them',
    example: 'recordings.example.com',
    read: hostNames,
  }),
  HSTS_SUBDOMAINS: variable({
    what: '`on` makes browsers insist on TLS for every name below the dashboard’s too',
    standard: 'off',
    example: 'on',
    read: onOff(),
  }),
  TLS_CERT: variable({
    what: 'PEM file of the host’s certificate and those that lead to its authority',
    standard: '',
    example: '/etc/recordings/tls.crt',
    read: optional(certificateFile),
  }),
  TLS_KEY: variable({
    what: 'PEM file of that certificate’s private key',
    standard: '',
    example: '/etc/recordings/tls.key',
    read: optional(keyFile),
  }),
  METRICS_PORT: variable({
    what: 'port, or `address:port`, that answers `/metrics` for Prometheus; without an address on this machine only',
    standard: '',
    example: '9464',
    read: optional(listenAddress),
  }),
}

export const variables = { ...host, ...recorder, ...archive, ...operations }

export type VariableName = keyof typeof variables
export type Values = { readonly [Name in VariableName]: ReturnType<(typeof variables)[Name]['read']> }

export const variableNames = Object.keys(variables) as VariableName[]

/** The variables that have another beside them, which names a file that holds the same. */
export type SecretName = {
  [Name in VariableName]: `${Name}_FILE` extends VariableName ? Name : never
}[VariableName]

const isSecret = (name: VariableName): name is SecretName => variables[name].secret === true

export const secretNames = variableNames.filter(isSecret)
