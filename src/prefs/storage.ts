/** The only door to the browser's storage. It may throw, in a portal's frame above all: then memory serves. */

const memory = new Map<string, string>()

export function load(name: string): string | null {
  try {
    return localStorage.getItem(name) ?? memory.get(name) ?? null
  } catch {
    return memory.get(name) ?? null
  }
}

/** Nothing personal may be stored: what is here outlives the session. */
export function save(name: string, value: string): void {
  memory.set(name, value)
  try {
    localStorage.setItem(name, value)
  } catch {
    // Kept in memory until the page is left.
  }
}
