/**
 * One request and its answer, and when they are over. An answer is over once all of it was sent, or once its connection
 * is gone: an answer that waits behind another one on the same connection never hears of that by itself, and a
 * connection may be gone before anybody asks. Everything that is held for a client is tied to this, and to nothing else.
 */
import type { FastifyInstance, FastifyReply } from 'fastify'
import type { Socket } from 'node:net'

export interface Exchange {
  /** Aborts when it is over, so that nobody works for nobody. */
  readonly signal: AbortSignal
  readonly isOver: boolean
  /** Whether its client left before all of the answer was sent. */
  readonly isLeft: boolean
  /** Calls back once it is over, or at once where it is. @param tell gets whether all of the answer was sent. */
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

/** One for all: what it says is always the same, and a stack for each would cost more than most requests do. */
const over = new DOMException('The answer is over.', 'AbortError')

class OneExchange implements Exchange {
  readonly #told: ((isSent: boolean) => void)[] = []
  /** Made for those who ask: most answers are over before anybody does. */
  #controller: AbortController | null = null
  #isSent = false
  #isOver = false

  constructor({ raw, request }: FastifyReply) {
    const { socket } = request.raw
    const forget = onGone(socket, () => this.#end())
    raw.once('finish', () => (this.#isSent = true))
    raw.once('close', () => this.#end())
    this.onOver(forget)
    // What has fired already fires for nobody.
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

/** Requests that may wait on one connection. Browsers send none ahead, and each that waits costs up to 20 KB. */
export const MAX_AHEAD = 8

interface Line {
  last: Exchange
  waiting: number
  /** The one whose turn it is. */
  answer: FastifyReply['raw']
}

const lines = new WeakMap<Socket, Line>()

/** Whether an answer has begun on the connection and has not ended: nothing else may be written to it then. */
export function isAnswering(socket: Socket): boolean {
  const answer = lines.get(socket)?.answer
  return answer?.headersSent === true && !answer.writableFinished
}

/**
 * Begins a request only once the one before it on its connection is over. Nobody works ahead for a client that sends
 * many requests at once and may never read the first answer. Whoever sends too many loses the connection.
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
      // There is nobody to answer: what was begun for this request is over already.
      if (exchange.isOver || socket.destroyed) return void reply.hijack()
      line.answer = reply.raw
      done()
    })
  })
}
