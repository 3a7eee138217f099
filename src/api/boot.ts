/** The session and the time that the host wrote into the page, known before the first request. */
import type { Boot } from '../contract/session.ts'

const nothing: Boot = { nowMs: Date.now(), session: null, demoAccounts: [], contact: null }

function readBoot(): Boot {
  const content = document.querySelector<HTMLMetaElement>('meta[name="boot"]')?.content
  return content === undefined ? nothing : { ...nothing, ...(JSON.parse(content) as Partial<Boot>) }
}

export const boot = readBoot()

/** Difference between the host's clock and this computer's steady clock, in ms. */
let skewMs = boot.nowMs - performance.now()

/** The host's time, ms since the Unix epoch. It does not depend on this computer's clock, which may be wrong. */
export const hostNow = (): number => Math.floor(skewMs + performance.now())

/** Sets the clock to the time in an answer of the host. */
export function setHostNow(nowMs: number): void {
  skewMs = nowMs - performance.now()
}
