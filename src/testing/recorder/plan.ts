/** Decides which requests get which faults. */
import type { ApiRoute } from './answers.ts'
import type { RecorderFault } from './faults.ts'
import type { Seen } from './seen.ts'

export type When = (params: URLSearchParams) => boolean

export interface Planned {
  readonly route: ApiRoute | 'any'
  readonly faults: readonly RecorderFault[]
  readonly when: When
  left: number
}

/** The faults that tests have planned, and the requests that they hold. */
export function createPlan() {
  let planned: Planned[] = []
  const holding = new Set<() => void>()
  const release = (): void => {
    for (const go of holding) go()
  }
  return {
    add: (plan: Planned): void => void planned.push(plan),
    release,
    heal(): void {
      planned = []
      release()
    },
    held: (): number => holding.size,
    next({ route, params }: Seen): readonly RecorderFault[] {
      const plan = planned.find(
        (one) => one.left > 0 && (one.route === 'any' || one.route === route) && one.when(params),
      )
      if (plan) plan.left -= 1
      return plan?.faults ?? []
    },
    hold: (gone: AbortSignal): Promise<void> =>
      new Promise((done) => {
        const go = (): void => {
          holding.delete(go)
          done()
        }
        holding.add(go)
        gone.addEventListener('abort', go)
      }),
  }
}

export type Plan = ReturnType<typeof createPlan>
