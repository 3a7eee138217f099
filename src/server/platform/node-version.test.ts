/** The Node versions that may start the host. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { OLDEST_NODE, refuseNode } from './node-version.ts'

const root = join(import.meta.dirname, '../../..')

describe('the oldest Node', () => {
  it('is the one that package.json names', () => {
    const { engines } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
      engines: { node: string }
    }
    expect(engines.node).toBe(`>=${OLDEST_NODE}`)
  })

  it.each(['v20.19.0', 'v20.20.2', 'v21.0.0', 'v22.1.0', 'v100.0.0'])('is not newer than %s', (version) => {
    expect(refuseNode(version)).toBeNull()
  })

  it.each(['v20.18.3', 'v20.9.0', 'v18.20.8', 'v12.22.12', 'v0.10.48'])('is newer than %s', (version) => {
    const told = refuseNode(version)
    expect(told).toContain(`needs Node ${OLDEST_NODE} or later`)
    expect(told).toContain(`this is Node ${version.slice(1)}:`)
  })
})
