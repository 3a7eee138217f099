/** Reads a Dockerfile and a `.dockerignore`, as far as this project's use them. Anything else is an error. */

/** One instruction, with continued lines joined. */
export interface Instruction {
  readonly keyword: string
  /** `--name=value`, by name. */
  readonly flags: Readonly<Record<string, string>>
  /** What follows the flags. */
  readonly rest: string
}

export interface Stage {
  /** The image that it starts from. */
  readonly base: string
  /** Its number if it has no name. */
  readonly name: string
  readonly instructions: readonly Instruction[]
}

const KNOWN = ['FROM', 'WORKDIR', 'COPY', 'RUN', 'ENV', 'USER', 'VOLUME', 'EXPOSE', 'HEALTHCHECK', 'CMD']

function readInstruction(line: string): Instruction {
  const [, keyword = '', options = '', rest = ''] = /^(\w+)((?:\s+--[\w-]+=\S+)*)\s+(.*)$/s.exec(line) ?? []
  if (!KNOWN.includes(keyword)) throw new Error(`The tests do not know this instruction: ${line}`)
  const flags = [...options.matchAll(/--([\w-]+)=(\S+)/g)].map(([, name, value]) => [name, value])
  return { keyword, flags: Object.fromEntries(flags) as Record<string, string>, rest: rest.trim() }
}

export function readDockerfile(text: string): Stage[] {
  const lines = text.split('\n').filter((line) => !/^\s*#/.test(line))
  const joined = lines.join('\n').replaceAll(/\\\n/g, ' ').split('\n')
  const stages: { base: string; name: string; instructions: Instruction[] }[] = []
  for (const instruction of joined.filter((line) => line.trim() !== '').map(readInstruction)) {
    if (instruction.keyword === 'FROM') {
      const [, base = '', name] = /^(\S+)(?:\s+AS\s+(\S+))?$/i.exec(instruction.rest) ?? []
      stages.push({ base, name: name ?? String(stages.length), instructions: [] })
      continue
    }
    const stage = stages.at(-1)
    if (!stage) throw new Error(`No FROM stands before ${instruction.keyword}.`)
    stage.instructions.push(instruction)
  }
  return stages
}

/** The words of a command in exec form. A shell, which the other form starts, would not pass signals on. */
export function execForm(text: string): string[] {
  const words: unknown = text.startsWith('[') ? JSON.parse(text) : null
  if (Array.isArray(words) && words.every((word) => typeof word === 'string')) return words
  throw new Error(`This is not in exec form, ["program", "argument"]: ${text}`)
}

const asPattern = (glob: string): RegExp => {
  const parts = glob.split(/(\*\*\/|\*\*|\*|\?)/).map((part) => {
    if (part === '**/') return '(?:.*/)?'
    if (part === '**') return '.*'
    if (part === '*') return '[^/]*'
    return part === '?' ? '[^/]' : part.replaceAll(/[.+^${}()|[\]\\]/g, '\\$&')
  })
  return new RegExp(`^${parts.join('')}$`)
}

/** @returns whether a path, relative to the context, is sent to the build. The last line that matches decides. */
export function readIgnored(text: string): (path: string) => boolean {
  const lines = text.split('\n').map((line) => line.trim())
  const rules = lines
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => ({ isKept: line.startsWith('!'), pattern: asPattern(line.replace(/^!/, '')) }))
  return (path) => {
    const names = path.split('/')
    // A rule about a folder holds for everything in it.
    const above = names.map((_, index) => names.slice(0, index + 1).join('/'))
    return rules.findLast(({ pattern }) => above.some((one) => pattern.test(one)))?.isKept ?? true
  }
}
