/** Usernames and groups are compared by this text, because SQLite's NOCASE folds only ASCII. */
export const fold = (name: string): string => name.toLowerCase()
