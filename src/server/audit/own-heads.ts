/** Picks the heads of one host's log from a place where the heads of several hosts may be kept. */
import { existsSync } from 'node:fs'
import { hashLine, readLine } from './event.ts'
import type { Head } from './head.ts'
import { readLines } from './read-lines.ts'

const isNameless = ({ host }: Head): boolean => host === undefined

/** The names in these heads, each once. */
export const hostsIn = (heads: readonly Head[]): string[] => [
  ...new Set(heads.flatMap(({ host }) => (host === undefined ? [] : [host]))),
]

/**
 * The newest head of a host. One without a name counts until the host has kept one with its name. It may be of any
 * host where others keep theirs too, and does not count there: it would look like tampering.
 * @param isAll whether there are no older heads than these.
 * @returns null where there is none, or older heads have to be looked at.
 */
export function newestOf(host: string | null, heads: readonly Head[], isAll: boolean): Head | null {
  const named = heads.findLast((head) => (head.host ?? null) === host)
  if (named || !isAll || hostsIn(heads).length > 0) return named ?? null
  return heads.at(-1) ?? null
}

/** The heads that are at a line of the file, or at the end of the file before it, and whether others deny a line. */
async function compare(file: string, heads: readonly Head[]): Promise<{ own: Set<Head>; isDenied: boolean }> {
  const own = new Set<Head>()
  let isDenied = false
  const byNumber = new Map<number, Head[]>()
  for (const head of heads) byNumber.set(head.n, [...(byNumber.get(head.n) ?? []), head])
  const take = (n: number, hash: () => string): void => {
    for (const head of byNumber.get(n) ?? []) {
      if (head.hash === hash()) own.add(head)
      else isDenied = true
    }
  }
  let last: number | null = null
  for await (const { bytes } of readLines(file)) {
    const line = readLine(bytes)
    if (last === null && line) take(line.n - 1, () => line.prev)
    last = line?.n ?? (last ?? 0) + 1
    take(last, () => hashLine(bytes))
  }
  return { own, isDenied }
}

/** All of these heads, if they fit the file; otherwise those that are at a line of it. */
async function fitting(file: string, heads: readonly Head[]): Promise<readonly Head[]> {
  if (heads.length === 0 || !existsSync(file)) return []
  const { own, isDenied } = await compare(file, heads)
  // Every log begins at 0, so a head there proves nothing.
  const isProven = !isDenied && [...own].some(({ n }) => n > 0)
  return isProven ? heads : [...own]
}

export interface OwnHeads {
  readonly heads: readonly Head[]
  /** How many heads without a name were left out, because they are of another host, or may be. */
  readonly doubtful: number
}

/**
 * The heads of a host's log, in their order. A host may have got its name later, so heads without one count before
 * the first with its name. Where other hosts keep heads too, these count only if they fit the file's lines. Nothing
 * is lost by that: the lines with a name cover those before them, and have heads of their own.
 * @param host the log's host, or null for a host without a name.
 * @param heads of any hosts, under the right key.
 * @throws OperatorError where the file cannot be read.
 */
export async function headsOfLog(
  file: string,
  host: string | null,
  heads: readonly Head[],
): Promise<OwnHeads> {
  if (host === null) return { heads: heads.filter(isNameless), doubtful: 0 }
  const first = heads.findIndex((head) => head.host === host)
  const nameless = heads.filter(isNameless)
  const before = heads.slice(0, first < 0 ? heads.length : first).filter(isNameless)
  const isShared = before.length < nameless.length || hostsIn(heads).some((name) => name !== host)
  const most = heads[first]?.n ?? Number.POSITIVE_INFINITY
  const own = new Set(
    isShared
      ? await fitting(
          file,
          before.filter(({ n }) => n <= most),
        )
      : before,
  )
  return {
    heads: heads.filter((head) => head.host === host || own.has(head)),
    doubtful: nameless.length - own.size,
  }
}
