/** Everything that lies in DATA_DIR, by the names that the host and its commands share. */
import { join } from 'node:path'

/** The folder where none is named, from the working directory. */
export const DATA_DIR_DEFAULT = 'data'

/** Name → what it is. The README's section on backups has a row for each. */
export const dataParts = {
  'recordings.db': 'the embedded store',
  media: 'the store’s audio, by hash',
  'import-report.txt': 'what the last import left out',
  'sessions.db': 'who is signed in',
  'attempts.db': 'wrong passwords, and the networks where users signed in',
  'host.key': 'the host’s own secret',
  'host.lock': 'held while a host runs',
  'host.pid': 'the process that holds it',
  'audit.log': 'who did what; the default of AUDIT_LOG',
  'audit.heads': 'where that log stood; the default of AUDIT_SINK',
  'audit.end': 'where that log goes on; it lies beside AUDIT_LOG',
  'audit.lock': 'held while a line is written; it lies beside AUDIT_LOG',
  spool: 'audio that is being listened to, in front of a recorder',
} as const satisfies Record<string, string>

export type DataPart = keyof typeof dataParts

/** The path of a part of that DATA_DIR. */
export const inDataDir = (dataDir: string, part: DataPart): string => join(dataDir, part)
