import { lazy, useState, type ComponentType } from 'react'

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

/**
 * A component whose code is loaded when it is first shown. A load that fails is tried once more at once.
 * @param load imports the component, which throws PartMissing where that fails.
 */
export function part<Props extends object>(load: () => Promise<ComponentType<Props>>): ComponentType<Props> {
  const loading = () =>
    lazy(async () => {
      try {
        return { default: await twice(load) }
      } catch (cause) {
        throw new PartMissing(() => (latest = loading()), { cause })
      }
    })
  let latest = loading()
  return function Part(props: Props) {
    const [Loaded] = useState(() => latest)
    return <Loaded {...props} />
  }
}
