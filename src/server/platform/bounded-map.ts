/** A map of at most `limit` entries. A new entry pushes out the one that was set longest ago. */
export class BoundedMap<Key, Value> extends Map<Key, Value> {
  readonly #limit: number

  /** @param limit the most entries it holds, at least one. */
  constructor(limit: number) {
    super()
    this.#limit = limit
  }

  /** Also makes a known key the newest. */
  override set(key: Key, value: Value): this {
    this.delete(key)
    super.set(key, value)
    const oldest = this.keys().next()
    if (this.size > this.#limit && !oldest.done) this.delete(oldest.value)
    return this
  }
}
