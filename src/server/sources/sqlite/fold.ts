/** What usernames and groups are compared by: SQLite's own NOCASE knows ASCII only. */
export const fold = (name: string): string => name.toLowerCase()
