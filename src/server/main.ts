/**
 * The entry of the host. It checks Node's version before it imports the rest, which an older Node would refuse with a
 * stack. For the same reason, this file keeps to what Node 12 understands.
 */
import { refuseNode } from './platform/node-version.ts'

function refuse(sentence: string): void {
  process.stderr.write(`${sentence}\n`)
  process.exitCode = 1
}

const refusal = refuseNode(process.version)
if (refusal === null) {
  Promise.all([import('./process/program.ts'), import('./app.ts')]).then(
    ([{ runProgram }, { openHost }]) => runProgram(process.argv.slice(2), openHost),
    (error: unknown) => refuse(`The host could not start: ${String(error)}`),
  )
} else refuse(refusal)
