import { lazy, useState, type ComponentType, type ReactNode } from 'react'

/** Part of the program's code could not be loaded: there is no connection, or another release has replaced it. */
export class PartMissing extends Error {
  override readonly name = 'PartMissing'
  /** Makes the next mount load the part again. React keeps the failure of a lazy component for good. */
  readonly forget: () => void

  constructor(forget: () => void, options: ErrorOptions) {
    super('Part of the program could not be loaded.', options)
    this.forget = forget
  }
}

async function twice<Module>(load: () => Promise<Module>): Promise<Module> {
  try {
    return await load()
  } catch {
    return load()
  }
}

export interface Part<Props> {
  (props: Props): ReactNode
  /** Loads the code before it is shown. @throws where it cannot be loaded; the next call tries again. */
  readonly load: () => Promise<unknown>
  /** Whether it can be shown at once. */
  readonly isLoaded: () => boolean
}

/**
 * A component whose code is loaded when it is first shown, or before. A load that fails is tried once more at once.
 * @param load imports the component, which throws PartMissing where that fails.
 */
export function part<Props extends object>(load: () => Promise<ComponentType<Props>>): Part<Props> {
  let loaded: ComponentType<Props> | null = null
  const loadOnce = async (): Promise<ComponentType<Props>> => (loaded ??= await twice(load))
  const loading = () =>
    lazy(async () => {
      try {
        return { default: await loadOnce() }
      } catch (cause) {
        throw new PartMissing(() => (latest = loading()), { cause })
      }
    })
  let latest = loading()
  function Shown(props: Props): ReactNode {
    // React holds back what it has waited for (by its FALLBACK_THROTTLE_MS), so it must not wait for what is there.
    const [Loaded] = useState<ComponentType<Props>>(() => loaded ?? latest)
    return <Loaded {...props} />
  }
  return Object.assign(Shown, { load: loadOnce, isLoaded: () => loaded !== null })
}
