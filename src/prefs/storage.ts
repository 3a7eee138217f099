/** The only access to the browser's storage. It may throw, mostly in a portal's frame; then memory takes its place. */

const memory = new Map<string, string>()

export function load(name: string): string | null {
  try {
    return localStorage.getItem(name) ?? memory.get(name) ?? null
  } catch {
    return memory.get(name) ?? null
  }
}

/** Tells the host something about this browser with each request. Where cookies are blocked, the host does not know. */
export function tellHost(name: string, value: string): void {
  try {
    const cookie = `${name}=${value}`
    if (!document.cookie.split('; ').includes(cookie)) document.cookie = `${cookie}; Path=/; SameSite=Lax`
  } catch {
    // A sandboxed frame has no cookies.
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
