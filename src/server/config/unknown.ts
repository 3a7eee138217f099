/** Finds foreign variables: misspelled ones, and ones that would weaken the host's security. */
import { variableNames, variables } from './variables.ts'

/** Only the host's variables begin like this. `HOST`, `LOG` and `DATA` are common on the whole machine. */
const ownPrefix = /^(RECORDER|AUDIT|METRICS|EMBED|TLS)_/

/** Kubernetes describes each service to every container, including one named `recorder` or `metrics`. */
const isInjected = (name: string, value: string): boolean =>
  /_SERVICE_(HOST|PORT)(_|$)|_PORT_\d+_(TCP|UDP)(_|$)/.test(name) || /^(tcp|udp):\/\//.test(value)

/** Shells and containers set it for every program. */
const MACHINE_NAME = 'HOSTNAME'

/** How many characters to add, drop or change to turn one text into the other. */
function distance(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, index) => index)
  for (const [index, character] of [...one].entries()) {
    const next = [index + 1]
    for (const [column, expected] of [...other].entries()) {
      const change = (row[column] ?? 0) + (character === expected ? 0 : 1)
      next.push(Math.min(change, (row[column + 1] ?? 0) + 1, (next[column] ?? 0) + 1))
    }
    row = next
  }
  return row[other.length] ?? 0
}

const bare = (name: string): string => name.toUpperCase().replaceAll('_', '')

/** Short names resemble others by chance: `HOST` is two characters from `HOME`. */
function tolerance(known: string): number {
  if (known.length < 7) return 0
  return known.length < 10 ? 1 : 3
}

interface Near {
  readonly known: string
  readonly by: number
}

function nearest(name: string): Near {
  const all = variableNames.map((known) => ({ known, by: distance(bare(name), bare(known)) }))
  return all.reduce((best, next) => (next.by < best.by ? next : best))
}

/** @returns a fault for each unknown variable, such as `NAME is unknown. …`. */
export function unknownVariables(env: Readonly<Record<string, string | undefined>>): string[] {
  const known = new Set<string>([...variableNames, MACHINE_NAME])
  return Object.entries(env)
    .filter(([name, value]) => value && !known.has(name) && !isInjected(name, value))
    .flatMap(([name]) => {
      const near = nearest(name)
      const isOwn = ownPrefix.test(name.toUpperCase())
      return isOwn || near.by <= tolerance(near.known)
        ? [`${name} is unknown. Did you mean ${near.known}?`]
        : []
    })
}

/** @returns a fault for each Node variable that removes protection from the whole program. */
export function harmfulVariables(env: Readonly<Record<string, string | undefined>>): string[] {
  if (env.NODE_TLS_REJECT_UNAUTHORIZED !== '0') return []
  return [
    'NODE_TLS_REJECT_UNAUTHORIZED is 0, which lets any server pose as the recorder and take every password: leave it out, ' +
      'and let RECORDER_CA_FILE name the authority that signed the recorder’s certificate. ' +
      `Example: RECORDER_CA_FILE=${variables.RECORDER_CA_FILE.example}`,
  ]
}
