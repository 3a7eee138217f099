/** Checks values that are right alone but wrong together. */
import { resolve } from 'node:path'
import { inDataDir } from '../files/data-dir.ts'
import { isLoopback } from './addresses.ts'
import { matchTls } from './certificates.ts'
import { ValueFault } from './readers.ts'
import { secretNames, type Values, type VariableName } from './variables.ts'

/** The variable to change, and what is wrong with it. */
export type RelationFault = readonly [name: VariableName, message: string]

/** @param read the readable values. A variable with a fault of its own is missing and not checked again. */
type Rule = (read: Partial<Values>, isSet: (name: VariableName) => boolean) => RelationFault | null

const plainHttp: Rule = ({ RECORDER_URL: url, RECORDER_ALLOW_HTTP: allowed }) => {
  if (!url || allowed !== false || new URL(url).protocol === 'https:' || isLoopback(new URL(url).hostname))
    return null
  return [
    'RECORDER_URL',
    'is plain http to another machine, which shows every password on the way: use https. Only where you trust the whole network, set RECORDER_ALLOW_HTTP=on.',
  ]
}

const demoBesideRecorder: Rule = ({ RECORDER_URL: url, DEMO: demo }, isSet) =>
  url && demo && isSet('DEMO')
    ? [
        'DEMO',
        'cannot be on beside RECORDER_URL: there is no demo in front of a recorder. Leave one of them out.',
      ]
    : null

const databaseVariables = ['DATABASE_URL', 'DATABASE_URL_FILE'] as const

const demoBesideDatabase: Rule = (read, isSet) =>
  read.DEMO && isSet('DEMO') && databaseVariables.some(isSet)
    ? ['DEMO', 'cannot be on beside DATABASE_URL: there is no demo in PostgreSQL. Leave one of them out.']
    : null

const mediaOfRecorder: Rule = (_read, isSet) =>
  isSet('RECORDER_URL') && isSet('MEDIA_DIR')
    ? ['MEDIA_DIR', 'cannot stand beside RECORDER_URL: the recorder keeps the audio. Leave one of them out.']
    : null

const needingDatabase: readonly VariableName[] = [
  'DATABASE_REPLICAS',
  'DATABASE_REPLICAS_FILE',
  'DATABASE_MAX_LAG',
  'MEDIA_DIR',
]

/** Otherwise a forgotten DATABASE_URL would quietly start an empty store. */
const databaseMissing: Rule = (_read, isSet) => {
  const beside = needingDatabase.find(isSet)
  return databaseVariables.some(isSet) || beside === undefined
    ? null
    : ['DATABASE_URL', `is not set, but ${beside} is: set it too, or leave ${beside} out.`]
}

const needingRecorder: readonly VariableName[] = [
  'RECORDER_ALLOW_HTTP',
  'RECORDER_CA_FILE',
  'RECORDER_REMOTE_PARAMETER',
  'RECORDER_TIMEOUT',
  'PEOPLE_FILE',
]

/** Otherwise an empty RECORDER_URL would quietly start the demo instead of the intended recorder. */
const recorderMissing: Rule = (_read, isSet) => {
  const beside = needingRecorder.find(isSet)
  return isSet('RECORDER_URL') || beside === undefined
    ? null
    : ['RECORDER_URL', `is not set, but ${beside} is: set it too, or leave ${beside} out.`]
}

const halfTls: Rule = (_read, isSet) => {
  if (isSet('TLS_CERT') === isSet('TLS_KEY')) return null
  const [set, missing] = isSet('TLS_CERT')
    ? (['TLS_CERT', 'TLS_KEY'] as const)
    : (['TLS_KEY', 'TLS_CERT'] as const)
  return [missing, `is not set, but ${set} is: set both or neither.`]
}

const foreignKey: Rule = ({ TLS_CERT: cert, TLS_KEY: key }) => {
  if (!cert || !key) return null
  try {
    matchTls(cert, key)
    return null
  } catch (error) {
    if (error instanceof ValueFault) return ['TLS_KEY', error.message]
    throw error
  }
}

/** One of them would be ignored. */
const secretTwice: readonly Rule[] = secretNames.map((name) => (_read, isSet) => {
  const file = `${name}_FILE` as const
  return isSet(name) && isSet(file) ? [file, `cannot stand beside ${name}: leave one of them out.`] : null
})

const samePort: Rule = ({ PORT: port, METRICS_PORT: metrics }) =>
  metrics && metrics.port !== 0 && metrics.port === port
    ? ['METRICS_PORT', 'is the same port as PORT: metrics are answered apart from the page.']
    : null

const sinkInTheLog: Rule = ({ AUDIT_LOG: log, AUDIT_SINK: sink, DATA_DIR: dataDir }) => {
  if (sink?.kind !== 'file' || dataDir === undefined || log === undefined) return null
  return resolve(sink.path) === resolve(log ?? inDataDir(dataDir, 'audit.log'))
    ? ['AUDIT_SINK', 'is the audit log itself: name another file, best on another disk or machine.']
    : null
}

const rules = [
  plainHttp,
  demoBesideRecorder,
  recorderMissing,
  demoBesideDatabase,
  mediaOfRecorder,
  databaseMissing,
  halfTls,
  foreignKey,
  ...secretTwice,
  samePort,
  sinkInTheLog,
]

export function relations(read: Partial<Values>, isSet: (name: VariableName) => boolean): RelationFault[] {
  return rules.map((rule) => rule(read, isSet)).filter((found) => found !== null)
}
