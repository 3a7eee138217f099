/** The audio of both archives. */
import { createHash } from 'node:crypto'
import { readdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { testArchives, testManager, type TestArchive } from '../../../testing/archives.ts'
import { temporaryFolder, testGuid, type TestStore } from '../../../testing/store.ts'
import type { Media, Principal } from '../source.ts'
import { audioFolder, AudioShelf } from './audio-files.ts'

const { signal } = new AbortController()
const bytes = '0123456789'
const sha256 = createHash('sha256').update(bytes).digest('hex')

describe.each(testArchives)('audio of %s', (_name, open) => {
  let given: TestStore
  let archive: TestArchive
  beforeEach(async () => {
    given = temporaryFolder()
    const audioFile = join(given.dataDir, 'x.mp3')
    writeFileSync(audioFile, bytes)
    archive = await open([{ audioFile, referenceNumber: '42' }, { audioFile, ownerUsername: 'a' }, {}])
  })
  afterEach(async () => {
    await archive.remove()
    given.remove()
  })

  const media = (n: number, viewer = testManager) =>
    archive.source.media(testGuid(n), viewer, signal, 'first')
  const stored = () => join(archive.dataDir, 'media', sha256.slice(0, 2), `${sha256}.mp3`)

  it('is streamed from any byte to any other', async () => {
    const { size, etag, fileName, open: read } = (await media(1)) as Media
    expect({ size, etag, fileName }).toEqual({ size: 10, etag: sha256, fileName: '42.mp3' })
    expect(await text(read(0, 9))).toBe(bytes)
    expect(await text(read(3, 3))).toBe('3')
    expect(await text(read(8, 9))).toBe('89')
  })

  it('may repeat a clip', async () => {
    const clip = new AudioShelf(audioFolder(archive.dataDir)).put(Buffer.from(bytes))
    const plain = { referenceNumber: '43', startMs: 0, subMsTicks: 0, offsetMinutes: 0, durationMs: 0 }
    const audio = { sha256: 'ab'.repeat(32), size: 25, clip }
    const call = {
      ...plain,
      direction: 1,
      owner: null,
      localNumber: null,
      remoteNumber: null,
      audio,
    } as const
    await archive.store([{ ...call, id: testGuid(9) }])
    const { size, etag, open: read } = (await media(9)) as Media
    expect({ size, etag }).toEqual({ size: 25, etag: audio.sha256 })
    expect(await text(read(8, 24))).toBe(bytes.repeat(3).slice(8, 25))
  })

  it('is kept once for the same bytes', () => {
    const files = readdirSync(join(archive.dataDir, 'media'), { recursive: true, withFileTypes: true })
    expect(files.filter((file) => file.isFile()).map(({ name }) => name)).toEqual([`${sha256}.mp3`])
  })

  it('is described in the detail', async () => {
    expect(await archive.source.detail(testGuid(1), testManager, signal)).toMatchObject({
      size: 10,
      hash: { algorithm: 'SHA-256', value: sha256 },
    })
    expect(await archive.source.detail(testGuid(3), testManager, signal)).toMatchObject({
      size: 0,
      hash: null,
    })
  })

  it('is null if there is none, the viewer may not hear it, or the recording does not exist', async () => {
    expect(await media(3)).toBeNull()
    expect(await media(99)).toBeNull()
    expect(await archive.source.media('../../etc/passwd', testManager, signal, 'first')).toBeNull()
    const own: Principal = { ...testManager, username: 'A', scope: { kind: 'own' } }
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
