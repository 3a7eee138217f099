/**
 * The code that Node, SQLite's driver or a library gave an error, such as `ENOENT` or `SQLITE_BUSY`; empty if it has
 * none. The class is not checked, because an error from another thread arrives as a plain object.
 */
export function codeOf(error: unknown): string {
  if (typeof error !== 'object' || error === null || !('code' in error)) return ''
  return error.code === undefined ? '' : String(error.code)
}
