import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { testMp3 } from '../../../testing/audio.ts'
import { isMp3, wholeFrames } from './mp3.ts'

const media = resolve(import.meta.dirname, '../../demo/media')
const tag = (size: number, flags = 0): Buffer =>
  Buffer.concat([
    Buffer.from([0x49, 0x44, 0x33, 4, 0, flags, 0, 0, size >> 7, size & 0x7f]),
    Buffer.alloc(size, 0xff),
  ])

const frames = (header: readonly number[], length: number, count: number): Buffer =>
  Buffer.concat(
    Array.from({ length: count }, () =>
      Buffer.concat([Buffer.from(header), Buffer.alloc(length - header.length)]),
    ),
  )

describe('a file that is MP3', () => {
  it.each(readdirSync(media))('%s', (name) => expect(isMp3(readFileSync(join(media, name)))).toBe(true))

  it.each([
    ['one frame alone', testMp3(1)],
    ['two frames', testMp3(2)],
    ['frames of which the last was cut off', testMp3(5).subarray(0, -20)],
    ['frames after a tag', Buffer.concat([tag(300), testMp3(3)])],
    ['frames after two tags and padding', Buffer.concat([tag(5), tag(200), Buffer.alloc(64), testMp3(3)])],
    ['frames after a tag with a footer', Buffer.concat([tag(20, 0x10), Buffer.alloc(10, 0xff), testMp3(3)])],
    ['frames after the rest of one', testMp3(5).subarray(50)],
    ['frames before a tag of the old kind', Buffer.concat([testMp3(3), Buffer.from('TAG'.padEnd(128))])],
  ])('%s', (_, bytes) => expect(isMp3(bytes)).toBe(true))
})

describe('a file that is not MP3', () => {
  const frame = testMp3(1)
  it.each([
    ['nothing', Buffer.alloc(0)],
    ['zeros', Buffer.alloc(10_000)],
    ['ones', Buffer.alloc(10_000, 0xff)],
    ['a web page', Buffer.from('<!doctype html><title>404</title>'.padEnd(9000, '.'))],
    ['a WAV file, even one with frames', Buffer.concat([Buffer.from('RIFF\0\0\0\0WAVEfmt '), testMp3(9)])],
    ['Ogg', Buffer.concat([Buffer.from('OggS'), Buffer.alloc(5000, 7)])],
    ['a tag alone', tag(100)],
    ['a tag before a text', Buffer.concat([tag(100), Buffer.from('hello')])],
    ['one frame and then something else', Buffer.concat([frame, Buffer.alloc(500, 1)])],
    [
      'AAC in frames of its own',
      Buffer.concat(Array.from({ length: 9 }, () => Buffer.from([0xff, 0xf1, 0x50, 0x80, 1, 0x1f]))),
    ],
    ['half a frame', frame.subarray(0, 70)],
  ])('%s', (_, bytes) => expect(isMp3(bytes)).toBe(false))
})

describe('the frames of a file', () => {
  it.each([
    ['MPEG 2 at 16 kHz', testMp3(3), [144, 36], 3],
    ['MPEG 1 at 48 kHz', frames([0xff, 0xfb, 0x94, 0x00], 384, 2), [384, 24], 2],
    ['MPEG 2.5 at 8 kHz', frames([0xff, 0xe3, 0x28, 0x00], 144, 4), [144, 72], 4],
  ] as const)('are all there: %s', (_, bytes, [length, durationMs], count) => {
    expect(wholeFrames(bytes)).toEqual(Array.from({ length: count }, () => ({ length, durationMs })))
  })

  it.each([
    ['a frame that was cut off', testMp3(3).subarray(0, -1)],
    ['a tag before them', Buffer.concat([tag(5), testMp3(3)])],
    ['a tag after them', Buffer.concat([testMp3(3), Buffer.from('TAG'.padEnd(128))])],
  ])('are not all there is: %s', (_, bytes) => expect(wholeFrames(bytes)).toBeNull())
})
