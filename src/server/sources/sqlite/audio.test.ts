import { readdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { createHash } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Media, Principal } from '../source.ts'
import type { SqliteSource } from './sqlite-source.ts'
import { openSqliteSource } from './sqlite-source.ts'
import { temporaryFolder, testGuid, testStore, type TestStore } from '../../../testing/store.ts'

const { signal } = new AbortController()
const manager: Principal = {
  username: 'm',
  displayName: null,
  role: 'manager',
  scope: { kind: 'all' },
  stamp: '',
}
const bytes = '0123456789'
const sha256 = createHash('sha256').update(bytes).digest('hex')

let given: TestStore
let store: TestStore
let source: SqliteSource
beforeEach(async () => {
  given = temporaryFolder()
  const audioFile = join(given.dataDir, 'x.mp3')
  writeFileSync(audioFile, bytes)
  store = await testStore([{ audioFile, referenceNumber: '42' }, { audioFile, ownerUsername: 'a' }, {}])
  source = await openSqliteSource({ dataDir: store.dataDir, workers: 0 })
})
afterEach(async () => {
  await source.close()
  given.remove()
  store.remove()
})

const media = (n: number, viewer = manager) => source.media(testGuid(n), viewer, signal, 'first')
const stored = () => join(store.dataDir, 'media', sha256.slice(0, 2), `${sha256}.mp3`)

describe('audio', () => {
  it('is streamed from any byte to any other', async () => {
    const { size, etag, fileName, open } = (await media(1)) as Media
    expect({ size, etag, fileName }).toEqual({ size: 10, etag: sha256, fileName: '42.mp3' })
    expect(await text(open(0, 9))).toBe(bytes)
    expect(await text(open(3, 3))).toBe('3')
    expect(await text(open(8, 9))).toBe('89')
  })

  it('is kept once for the same bytes', () => {
    const files = readdirSync(join(store.dataDir, 'media'), { recursive: true, withFileTypes: true })
    expect(files.filter((file) => file.isFile()).map(({ name }) => name)).toEqual([`${sha256}.mp3`])
  })

  it('is described in the detail', async () => {
    expect(await source.detail(testGuid(1), manager, signal)).toMatchObject({
      size: 10,
      hash: { algorithm: 'SHA-256', value: sha256 },
    })
    expect(await source.detail(testGuid(3), manager, signal)).toMatchObject({ size: 0, hash: null })
  })

  it('is null if there is none, the viewer may not hear it, or the recording does not exist', async () => {
    expect(await media(3)).toBeNull()
    expect(await media(99)).toBeNull()
    expect(await source.media('../../etc/passwd', manager, signal, 'first')).toBeNull()
    const own: Principal = { ...manager, username: 'A', scope: { kind: 'own' } }
    expect(await media(1, own)).toBeNull()
    expect(await media(2, own)).not.toBeNull()
  })

  it('is null if its file was cut or deleted', async () => {
    truncateSync(stored(), 4)
    expect(await media(1)).toBeNull()
    rmSync(stored())
    expect(await media(1)).toBeNull()
  })
})
