/** Prints the configuration as the host reads it, to explain its behaviour. */
import { inDataDir } from '../files/data-dir.ts'
import type { Variable } from './variable.ts'
import { variableNames, variables, type VariableName } from './variables.ts'

type Environment = Readonly<Record<string, string | undefined>>

/** Defaults that follow from other variables. */
const derived: Partial<Record<VariableName, (env: Environment) => string>> = {
  DEMO: (env) =>
    env.RECORDER_URL || env.DATABASE_URL || env.DATABASE_URL_FILE ? 'off' : variables.DEMO.standard,
  MEDIA_DIR: (env) => inDataDir(env.DATA_DIR || variables.DATA_DIR.standard, 'media'),
  AUDIT_LOG: (env) => inDataDir(env.DATA_DIR || variables.DATA_DIR.standard, 'audit.log'),
  AUDIT_SINK: (env) => inDataDir(env.DATA_DIR || variables.DATA_DIR.standard, 'audit.heads'),
}

/** Keeps any value on one line. */
const visible = (text: string): string => text.replaceAll(/\p{Cc}/gu, '�')

function effective(name: VariableName, env: Environment): string {
  const { secret, standard, told }: Variable = variables[name]
  const given = env[name]
  if (secret) return given ? '(set)' : '(not set)'
  return visible(given || derived[name]?.(env) || standard || told?.replaceAll('`', '') || '(not set)')
}

/** A line for each variable: its name, whether it was set, and its effective value. Secrets are hidden. */
export function printConfig(env: Environment): string {
  const rows = variableNames.map(
    (name) => [name, env[name] ? 'set' : 'default', effective(name, env)] as const,
  )
  const width = Math.max(...rows.map(([name]) => name.length))
  return rows.map(([name, from, value]) => `${name.padEnd(width)}  ${from.padEnd(7)}  ${value}\n`).join('')
}
