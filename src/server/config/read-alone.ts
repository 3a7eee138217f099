/** Reads single variables, for the commands that work beside a host. */
import { OperatorError } from '../platform/operator-error.ts'
import { ValueFault } from './readers.ts'
import { variables, type SecretName, type Values, type VariableName } from './variables.ts'

type Environment = Readonly<Record<string, string | undefined>>

/** @throws OperatorError naming the variable, if its value is wrong. */
export function readVariable<Name extends VariableName>(env: Environment, name: Name): Values[Name] {
  const { read, standard } = variables[name]
  try {
    return read(env[name] || standard) as Values[Name]
  } catch (error) {
    if (error instanceof ValueFault) throw new OperatorError(`${name} ${error.message}`, { cause: error })
    throw error
  }
}

/** Reads a secret from its variable or its file. @throws OperatorError if both are set, or the value is wrong. */
export function readSecret<Name extends SecretName>(env: Environment, name: Name): Values[Name] {
  const file = `${name}_FILE` as const
  if (!env[file]) return readVariable(env, name)
  if (env[name]) throw new OperatorError(`${file} cannot stand beside ${name}: leave one of them out.`)
  return readVariable(env, file) as Values[Name]
}
