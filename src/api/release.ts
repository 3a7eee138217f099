/** Whether the host still serves the release that this page was loaded from. */

/** @returns whether the document at that address of the host names other scripts than this page's. */
export async function isReplaced(address: string): Promise<boolean> {
  const answer = await fetch(address, { headers: { Accept: 'text/html' }, cache: 'no-store' })
  if (!answer.ok) return false
  const now = await answer.text()
  // Extensions of the browser may add scripts of their own.
  const own = document.querySelectorAll('script[src^="/"]')
  return [...own].some((script) => !now.includes(script.getAttribute('src') ?? ''))
}
