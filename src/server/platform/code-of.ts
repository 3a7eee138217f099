/**
 * The code that Node, SQLite's driver or a library gave an error: `ENOENT`, `SQLITE_BUSY`. The empty text where it
 * has none. An error from another thread arrives as a plain object, so its class is not looked at.
 */
export function codeOf(error: unknown): string {
  if (typeof error !== 'object' || error === null || !('code' in error)) return ''
  return error.code === undefined ? '' : String(error.code)
}
