/** The address of a PostgreSQL server, as a variable or a file holds it. */
import { commaSeparated, ValueFault, type Reader } from './readers.ts'
import type { SecretFile } from './secret-files.ts'

const takes = 'takes the address of a PostgreSQL database, postgres://user:password@host:port/database'

/** What an address may say besides. Others would replace what this program needs of its connections. */
const parameters = ['sslmode', 'sslrootcert', 'sslcert', 'sslkey']

const escapes = 'Write %40 for @, %3A for : and %2F for / in the password.'

function isDecodable(text: string): boolean {
  try {
    decodeURIComponent(text)
    return true
  } catch {
    return false
  }
}

/** Reads an address. The fault never repeats it, because it holds a password. @throws ValueFault */
export function databaseUrl(text: string): string {
  const trimmed = text.trim()
  if (!URL.canParse(trimmed)) throw new ValueFault(`${takes}. ${escapes}`)
  const { protocol, hostname, username, password, pathname, searchParams } = new URL(trimmed)
  if (protocol !== 'postgres:' && protocol !== 'postgresql:') throw new ValueFault(`${takes}.`)
  if (hostname === '') throw new ValueFault(`${takes}: this one names no host.`)
  if (username === '') throw new ValueFault(`${takes}: this one names no user.`)
  if (pathname.length < 2) throw new ValueFault(`${takes}: this one names no database.`)
  // A password with such a character ends too early, and its rest is taken for the host and the database.
  if (/[/@:]/.test(pathname.slice(1))) throw new ValueFault(`${takes}. ${escapes}`)
  if (![username, password, pathname].every(isDecodable))
    throw new ValueFault(`${takes}. Write %25 for % in it.`)
  const other = [...searchParams.keys()].find((name) => !parameters.includes(name))
  if (other !== undefined)
    throw new ValueFault(`${takes}. After the ? it takes ${parameters.join(', ')}, and not ${other}.`)
  return trimmed
}

/** Reads addresses with commas between them. @throws ValueFault */
export function databaseUrls(text: string): readonly string[] {
  try {
    return commaSeparated(text).map(databaseUrl)
  } catch (error) {
    if (error instanceof ValueFault)
      throw new ValueFault(`${error.message} Several stand with commas between them.`)
    throw error
  }
}

/** Reads the text of a file. @throws ValueFault */
function inFile<T>(read: Reader<T>): Reader<T> {
  return (text) => {
    try {
      return read(text)
    } catch (error) {
      if (error instanceof ValueFault)
        throw new ValueFault(`names a file whose text is wrong: it ${error.message}`)
      throw error
    }
  }
}

const isAddress = (text: string): boolean => /^postgres(ql)?:/.test(text)
const remedy = 'change the password in it'

export const databaseUrlFile: SecretFile<string> = {
  isSecret: isAddress,
  itself: 'the address itself',
  read: inFile(databaseUrl),
  remedy,
}

export const databaseUrlsFile: SecretFile<readonly string[]> = {
  isSecret: isAddress,
  itself: 'the addresses themselves',
  read: inFile(databaseUrls),
  remedy,
}
