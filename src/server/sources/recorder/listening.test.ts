/** The states of a listening: their transitions, the room that each takes, and how long each is kept. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Media } from '../source.ts'
import { recorderDown, recorderFailed } from './failures.ts'
import { Listening } from './listening.ts'
import { Spooled } from './spooled.ts'

const folder = mkdtempSync(join(tmpdir(), 'listening-'))
afterAll(() => rmSync(folder, { recursive: true }))
beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }))
afterEach(() => void vi.useRealTimers())

const times = { graceMs: 10, failureMs: 100, idleMs: 1000 }
const failure = recorderFailed('failed')
const media: Media = { size: 5, etag: 'x', fileName: 'x.mp3', open: () => process.stdin }

const files: Spooled[] = []
async function makeFile(): Promise<Spooled> {
  const file = await Spooled.create(join(folder, String(files.length)))
  files.push(file)
  return file
}
afterEach(() => Promise.allSettled(files.map((file) => file.close())))

function make() {
  const onEnd = vi.fn()
  const listening = new Listening({ id: 'r', credentials: { username: 'ada', password: 'p' }, times, onEnd })
  return { listening, onEnd }
}

const lead = {
  asking: () => {},
  opening: (listening: Listening) => listening.reserve(5),
  filling: (listening: Listening, file: Spooled) => {
    listening.reserve(5)
    listening.fill(file)
  },
  whole: (listening: Listening, file: Spooled) => {
    lead.filling(listening, file)
    listening.finish()
  },
  passing: (listening: Listening) => {
    listening.reserve(5)
    listening.pass()
  },
  failed: (listening: Listening, file: Spooled) => {
    lead.filling(listening, file)
    listening.fail(failure)
  },
  ended: (listening: Listening, file: Spooled) => {
    lead.filling(listening, file)
    listening.end()
  },
} as const
type Name = keyof typeof lead
const names = Object.keys(lead) as Name[]

/** A listening in this state with one listener. */
async function heard(name: Name) {
  const { listening, onEnd } = make()
  const file = await makeFile()
  const leaving = new AbortController()
  listening.hold(leaving.signal)
  lead[name](listening, file)
  expect(listening.state).toBe(name)
  return { listening, file, onEnd, leave: () => leaving.abort() }
}

describe('each transition', () => {
  const transitions: Readonly<
    Record<string, readonly [(listening: Listening) => void, Partial<Record<Name, Name>>]>
  > = {
    reserve: [(listening) => listening.reserve(7), { asking: 'opening' }],
    grow: [(listening) => listening.grow(2), {}],
    finish: [(listening) => listening.finish(), { filling: 'whole' }],
    pass: [(listening) => listening.pass(), { asking: 'passing', opening: 'passing' }],
    'fail by the recorder': [
      (listening) => listening.fail(recorderDown()),
      { asking: 'failed', opening: 'failed', filling: 'failed', whole: 'failed', passing: 'failed' },
    ],
    'fail otherwise': [
      (listening) => listening.fail(new Error('left')),
      { asking: 'ended', opening: 'ended', filling: 'ended', whole: 'ended', passing: 'ended' },
    ],
    end: [
      (listening) => listening.end(),
      {
        asking: 'ended',
        opening: 'ended',
        filling: 'ended',
        whole: 'ended',
        passing: 'ended',
        failed: 'ended',
      },
    ],
  }
  const all = Object.entries(transitions).flatMap(([how, [go, leads]]) =>
    names.map((from) => [how, from, leads[from] ?? from, go] as const),
  )

  it.each(all)('%s leads from %s to %s', async (_how, from, to, go) => {
    const { listening } = await heard(from)
    go(listening)
    expect(listening.state).toBe(to)
    listening.end()
  })

  it.each(names)('fill takes the file while opening, and otherwise closes it: %s', async (from) => {
    const { listening } = await heard(from)
    const another = await makeFile()
    listening.fill(another)
    expect(listening.state).toBe(from === 'opening' ? 'filling' : from)
    expect(another.ended === 'no').toBe(from === 'opening')
    listening.end()
    expect(another.ended).toBeInstanceOf(Error)
    await listening.closed
  })
})

describe('the room', () => {
  it.each([
    ['asking', 0],
    ['opening', 5],
    ['filling', 5],
    ['whole', 5],
    ['passing', 0],
    ['failed', 5],
    ['ended', 0],
  ] as const)('of %s is %i bytes', async (name, bytes) => {
    const { listening } = await heard(name)
    expect(listening.bytes).toBe(bytes)
    listening.end()
    expect(listening.bytes).toBe(0)
  })

  it('grows with bytes beyond the told length', async () => {
    const { listening } = await heard('filling')
    listening.grow(3)
    expect(listening.bytes).toBe(8)
    listening.end()
  })
})

describe('a listening whose last listener left', () => {
  it.each([
    ['asking', times.graceMs],
    ['opening', times.graceMs],
    ['filling', times.graceMs],
    ['whole', times.idleMs],
    ['passing', times.idleMs],
    ['failed', times.failureMs],
  ] as const)('is kept for a while in the state %s', async (name, keptMs) => {
    const { listening, leave, onEnd } = await heard(name)
    vi.advanceTimersByTime(10 * times.idleMs)
    expect(listening.state).toBe(name)
    leave()
    vi.advanceTimersByTime(keptMs - 1)
    expect(listening.signal.aborted).toBe(false)
    vi.advanceTimersByTime(1)
    expect(listening.state).toBe('ended')
    expect(listening.signal.aborted).toBe(true)
    expect(onEnd).toHaveBeenCalledTimes(1)
  })

  it('is kept for a listener that comes back, and as long as one of several stays', async () => {
    const { listening, leave } = await heard('filling')
    const [second, third] = [new AbortController(), new AbortController()]
    listening.hold(second.signal)
    leave()
    vi.advanceTimersByTime(times.idleMs)
    second.abort()
    vi.advanceTimersByTime(times.graceMs - 1)
    listening.hold(third.signal)
    vi.advanceTimersByTime(times.idleMs)
    expect(listening.state).toBe('filling')
    third.abort()
    vi.advanceTimersByTime(times.graceMs)
    expect(listening.state).toBe('ended')
  })

  it('is kept for longer once it is whole', async () => {
    const { listening, leave } = await heard('filling')
    leave()
    vi.advanceTimersByTime(times.graceMs - 1)
    listening.finish()
    vi.advanceTimersByTime(times.idleMs - 1)
    expect(listening.state).toBe('whole')
    listening.end()
  })
})

describe('a failure', () => {
  it('keeps the earlier bytes only until the answers that read them end', async () => {
    const { listening, file, leave } = await heard('failed')
    expect(listening.failure).toBe(failure)
    expect([file.ended, listening.bytes]).toEqual(['no', 5])
    leave()
    expect(file.ended).toBeInstanceOf(Error)
    expect([listening.state, listening.bytes]).toEqual(['failed', 0])
    await listening.closed
    listening.end()
    expect(listening.failure).toBeNull()
  })

  it('that comes first is the one that is reported', async () => {
    const { listening } = await heard('failed')
    listening.fail(recorderDown())
    expect(listening.failure).toBe(failure)
    listening.end()
  })
})

describe('the question', () => {
  it('is asked once', async () => {
    const { listening } = make()
    const question = vi.fn(async () => media)
    expect(await Promise.all([listening.ask(question), listening.ask(question)])).toEqual([media, media])
    expect(question).toHaveBeenCalledTimes(1)
    expect(listening.state).toBe('asking')
    listening.end()
  })

  it.each<[string, () => Promise<null>, string]>([
    ['nothing', async () => null, 'ended'],
    ['a failure of the recorder', () => Promise.reject(failure), 'failed'],
    ['that nobody listens', () => Promise.reject(new DOMException('left', 'AbortError')), 'ended'],
  ])('that found %s leads on', async (_what, question, state) => {
    const { listening, onEnd } = make()
    void listening.ask(question).catch(() => null)
    await listening.answered()
    await Promise.resolve()
    expect(listening.state).toBe(state)
    listening.end()
    expect(onEnd).toHaveBeenCalledTimes(1)
  })
})
