/** What the host wrote into the page: who is signed in and what time it is, known before anything is asked. */
import type { Boot } from '../contract/session.ts'

const nothing: Boot = { nowMs: Date.now(), session: null, demoAccounts: [], contact: null }

function readBoot(): Boot {
  const content = document.querySelector<HTMLMetaElement>('meta[name="boot"]')?.content
  return content === undefined ? nothing : { ...nothing, ...(JSON.parse(content) as Partial<Boot>) }
}

export const boot = readBoot()

/** Difference between the host's clock and this machine's steady one, in ms. */
let skewMs = boot.nowMs - performance.now()

/** The host's time, ms since the Unix epoch. The machine's own clock may be wrong and does not matter. */
export const hostNow = (): number => Math.floor(skewMs + performance.now())

/** Sets the clock by an answer of the host that tells its time. */
export function setHostNow(nowMs: number): void {
  skewMs = nowMs - performance.now()
}
