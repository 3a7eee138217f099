/**
 * One request and its answer, and when they are over. An answer is over once all of it was sent or its connection is
 * gone. Node does not report a lost connection to an answer that waits behind another, and the connection may be gone
 * before anything listens. So everything held for a client depends on this alone.
 */
import type { FastifyInstance, FastifyReply } from 'fastify'
import type { Socket } from 'node:net'

export interface Exchange {
  /** Aborts when it is over, so that work for it can stop. */
  readonly signal: AbortSignal
  readonly isOver: boolean
  /** Whether the client left before all of the answer was sent. */
  readonly isLeft: boolean
  /** Calls back once it is over, at once if it already is. @param tell gets whether all of the answer was sent. */
  onOver(tell: (isSent: boolean) => void): void
}

/** One listener for each connection, however many answers wait on it. */
const gone = new WeakMap<Socket, Set<() => void>>()

function onGone(socket: Socket, tell: () => void): () => void {
  const known = gone.get(socket)
  const waiting = known ?? new Set()
  if (!known) {
    gone.set(socket, waiting)
    socket.once('close', () => {
      for (const one of waiting) one()
    })
  }
  waiting.add(tell)
  return () => waiting.delete(tell)
}

/** Shared, because it never differs, and a stack for each would cost more than most requests do. */
const over = new DOMException('The answer is over.', 'AbortError')

class OneExchange implements Exchange {
  readonly #told: ((isSent: boolean) => void)[] = []
  /** Made on demand: most answers are over before anybody asks for it. */
  #controller: AbortController | null = null
  #isSent = false
  #isOver = false

  constructor({ raw, request }: FastifyReply) {
    const { socket } = request.raw
    const forget = onGone(socket, () => this.#end())
    raw.once('finish', () => (this.#isSent = true))
    raw.once('close', () => this.#end())
    this.onOver(forget)
    // These events may have fired already, and would not fire again.
    if (raw.writableFinished) this.#isSent = true
    if (socket.destroyed || raw.closed) this.#end()
  }

  get signal(): AbortSignal {
    this.#controller ??= new AbortController()
    if (this.#isOver) this.#controller.abort(over)
    return this.#controller.signal
  }

  get isOver(): boolean {
    return this.#isOver
  }

  get isLeft(): boolean {
    return this.#isOver && !this.#isSent
  }

  onOver(tell: (isSent: boolean) => void): void {
    if (this.#isOver) tell(this.#isSent)
    else this.#told.push(tell)
  }

  #end(): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#controller?.abort(over)
    for (const tell of this.#told.splice(0)) tell(this.#isSent)
  }
}

const exchanges = new WeakMap<FastifyReply['raw'], Exchange>()

/** @returns the answer's exchange, the same one at every call. */
export function exchangeOf(reply: FastifyReply): Exchange {
  const known = exchanges.get(reply.raw)
  const exchange = known ?? new OneExchange(reply)
  if (!known) exchanges.set(reply.raw, exchange)
  return exchange
}

/** Requests that may wait on one connection. Browsers send none ahead, and each costs up to 20 KB while it waits. */
export const MAX_AHEAD = 8

interface Line {
  last: Exchange
  waiting: number
  /** The answer whose turn it is. */
  answer: FastifyReply['raw']
}

const lines = new WeakMap<Socket, Line>()

/** Whether an answer on the connection has begun and not ended. Nothing else may be written to it then. */
export function isAnswering(socket: Socket): boolean {
  const answer = lines.get(socket)?.answer
  return answer?.headersSent === true && !answer.writableFinished
}

/**
 * Begins a request only once the previous one on its connection is over. The host does not work ahead for a client
 * that sends many requests at once and may never read the first answer. Sending too many ends the connection.
 */
export function answerInTurn(app: FastifyInstance): void {
  app.addHook('onRequest', (request, reply, done) => {
    const { socket } = request.raw
    const exchange = exchangeOf(reply)
    const line = lines.get(socket)
    if (!line || line.last.isOver) {
      lines.set(socket, { last: exchange, waiting: 0, answer: reply.raw })
      done()
      return
    }
    const before = line.last
    line.last = exchange
    line.waiting += 1
    if (line.waiting > MAX_AHEAD) socket.destroy()
    before.onOver(() => {
      line.waiting -= 1
      // The client is gone, and everything held for this request has been released already.
      if (exchange.isOver || socket.destroyed) return void reply.hijack()
      line.answer = reply.raw
      done()
    })
  })
}
