/** The only access to the browser's storage. It may throw, mostly in a portal's frame; then memory takes its place. */

const memory = new Map<string, string>()

export function load(name: string): string | null {
  try {
    return localStorage.getItem(name) ?? memory.get(name) ?? null
  } catch {
    return memory.get(name) ?? null
  }
}

/** Stored values outlive the session, so they must not be personal. */
export function save(name: string, value: string): void {
  memory.set(name, value)
  try {
    localStorage.setItem(name, value)
  } catch {
    // It stays in memory until the page closes.
  }
}
