/** The faults of a recorder's answer. Several apply in their order, but only the last one of delivery counts. */
import type { OutgoingHttpHeaders } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import type { RecorderAnswer } from './answers.ts'
import type { Fields } from './wire.ts'

/** A fault in sending the bytes of an answer. */
export type DeliveryFault =
  /** Sends nothing until the client leaves. */
  | { readonly kind: 'silence' }
  /** Sends the headers and half of the body, then nothing. */
  | { readonly kind: 'stall' }
  /** Closes the connection: before the headers, after them, or in the middle of the body. */
  | { readonly kind: 'cut'; readonly after: 'nothing' | 'headers' | 'half' }
  /** Cuts in the middle of the body by a TCP reset. Only over plain HTTP. */
  | { readonly kind: 'reset' }
  /** A wrong Content-Length, or none: in chunks, or up to the end of the connection. */
  | { readonly kind: 'length'; readonly claim: 'too-long' | 'too-short' | 'chunked' | 'until-close' }
  | { readonly kind: 'drip'; readonly everyMs: number }
  /** A body of this many bytes that still parses: spaces in JSON, silence in audio. `Infinity` never ends. */
  | { readonly kind: 'flood'; readonly bytes: number; readonly lengthTold: boolean }
  /** Sends these bytes instead of the answer. */
  | { readonly kind: 'raw'; readonly bytes: string }
  /** Compressed, even if the client did not ask for it. */
  | { readonly kind: 'compressed'; readonly encoding: 'gzip' | 'br' }
  /** 100 Continue, 102 Processing and 103 Early Hints before the answer. */
  | { readonly kind: 'interim' }
  /** Promises to keep the connection, but closes it after the answer. */
  | { readonly kind: 'close-idle' }

export type RecorderFault =
  | DeliveryFault
  | { readonly kind: 'delay'; readonly ms: number }
  /** Waits until the test releases it. */
  | { readonly kind: 'hold' }
  /** Ignores these filters, by the parameter's name. */
  | { readonly kind: 'ignore-filters'; readonly names: readonly string[] }
  /** All rows regardless of `pageSize`, or at most this many. */
  | { readonly kind: 'page-size'; readonly rows: number | 'all' }
  | { readonly kind: 'answer'; readonly answer: RecorderAnswer }
  /** Headers added to the answer's own; undefined removes one. */
  | { readonly kind: 'headers'; readonly headers: OutgoingHttpHeaders }
  /** Changes the JSON of a 200. */
  | { readonly kind: 'change'; readonly change: (json: Fields) => unknown }
  /** Changes the bytes of the body. The Content-Length is that of the changed bytes. */
  | { readonly kind: 'bytes'; readonly change: (body: Buffer) => Buffer }

const answer = (status: number, type: string, body: string | Buffer): RecorderFault => ({
  kind: 'answer',
  answer: { status, headers: { 'content-type': type }, body: Buffer.from(body) },
})

const change = (by: (json: Fields) => unknown): RecorderFault => ({ kind: 'change', change: by })

const changeRows = (by: (rows: readonly unknown[]) => readonly unknown[]): RecorderFault =>
  change((json) => ({ ...json, recordings: Array.isArray(json.recordings) ? by(json.recordings) : [] }))

const bytes = (by: (body: Buffer) => Buffer): RecorderFault => ({ kind: 'bytes', change: by })

const headers = (own: OutgoingHttpHeaders): RecorderFault => ({ kind: 'headers', headers: own })

/** Headers that the relay must never pass on to a browser. */
const hostile: OutgoingHttpHeaders = {
  'set-cookie': ['__Host-rc=stolen; Path=/; Secure', 'rc=stolen; Path=/'],
  'content-security-policy': "default-src *; script-src * 'unsafe-inline'",
  location: 'https://evil.test/',
  refresh: '0; url=https://evil.test/',
  link: '<https://evil.test/x.js>; rel=preload; as=script',
  'access-control-allow-origin': '*',
  'access-control-allow-credentials': 'true',
  'clear-site-data': '"*"',
  'www-authenticate': 'Basic realm="evil"',
  'strict-transport-security': 'max-age=0; includeSubDomains',
  'cache-control': 'public, max-age=31536000, immutable',
  'content-disposition': 'attachment; filename="evil.html"',
  'service-worker-allowed': '/',
  'cross-origin-resource-policy': 'cross-origin',
  sourcemap: 'https://evil.test/x.map',
  'alt-svc': 'h2="evil.test:443"',
  server: 'Microsoft-IIS/10.0',
  'x-powered-by': 'ASP.NET',
}

const rawAnswer = (...lines: readonly string[]): RecorderFault => ({
  kind: 'raw',
  bytes: ['HTTP/1.1 200 OK', 'Content-Type: application/json', ...lines].join('\r\n'),
})

const loginPage =
  '<!doctype html><html><head><title>Log in</title></head><body><form action="/login"></form></body></html>'

/** All faults by name. */
export const recorderFault = {
  status: (status: number, body: string | Buffer = '', type = 'text/plain'): RecorderFault =>
    answer(status, type, body),
  json: (status: number, body: unknown): RecorderFault =>
    answer(status, 'application/json', JSON.stringify(body)),
  delay: (ms: number): RecorderFault => ({ kind: 'delay', ms }),
  hold: { kind: 'hold' },
  silence: { kind: 'silence' },
  stall: { kind: 'stall' },
  cut: (after: 'nothing' | 'headers' | 'half'): RecorderFault => ({ kind: 'cut', after }),
  reset: { kind: 'reset' },
  length: (claim: 'too-long' | 'too-short' | 'chunked' | 'until-close'): RecorderFault => ({
    kind: 'length',
    claim,
  }),
  contentType: (type: string | undefined): RecorderFault => headers({ 'content-type': type }),
  loginPage: answer(200, 'text/html; charset=utf-8', loginPage),
  redirect: (location: string, status = 302): RecorderFault => ({
    kind: 'answer',
    answer: { status, headers: { location }, body: Buffer.alloc(0) },
  }),
  headers,
  hostileHeaders: headers(hostile),
  hostileNames: Object.keys(hostile),
  hugeHeaders: (count = 200, size = 1000): RecorderFault =>
    headers(Object.fromEntries(Array.from({ length: count }, (_, n) => [`x-huge-${n}`, 'h'.repeat(size)]))),
  badHeaderBytes: rawAnswer('X-Bad: a\u0000b\u0001c', 'Content-Length: 2', '', '{}'),
  twoLengths: rawAnswer('Content-Length: 2', 'Content-Length: 4', '', '{}[]'),
  lengthAndChunks: rawAnswer('Content-Length: 2', 'Transfer-Encoding: chunked', '', '2', '{}', '0', '', ''),
  noHttp: { kind: 'raw', bytes: 'SSH-2.0-OpenSSH_9.2\r\n' },
  raw: (text: string): RecorderFault => ({ kind: 'raw', bytes: text }),
  bytes,
  truncatedJson: bytes((body) => body.subarray(0, Math.floor(body.length / 2))),
  invalidUtf8: bytes((body) =>
    Buffer.concat([body.subarray(0, -1), Buffer.from(',"x":"\u00ff"}', 'latin1')]),
  ),
  byteOrderMark: bytes((body) => Buffer.concat([Buffer.from('\ufeff'), body])),
  change,
  changeRows,
  anArray: change(() => []),
  textTotal: change(() => ({ totalCount: '12' })),
  malformedRow: (row: unknown, at = 0): RecorderFault => changeRows((rows) => rows.with(at, row)),
  duplicateIds: changeRows((rows) => rows.map(() => rows[0])),
  /** Each answer counts `by` more than the one before. */
  changingTotals(by: number): RecorderFault {
    let extra = 0
    return change((json) => ({ ...json, totalCount: Number(json.totalCount) + (extra += by) }))
  },
  flood: (size: number, lengthTold = false): RecorderFault => ({ kind: 'flood', bytes: size, lengthTold }),
  drip: (everyMs: number): RecorderFault => ({ kind: 'drip', everyMs }),
  compressed: (encoding: 'gzip' | 'br' = 'gzip'): RecorderFault => ({ kind: 'compressed', encoding }),
  interim: { kind: 'interim' },
  closeIdle: { kind: 'close-idle' },
  ignoreFilters: (...names: readonly string[]): RecorderFault => ({ kind: 'ignore-filters', names }),
  ignorePageSize: { kind: 'page-size', rows: 'all' },
  capPageSize: (rows: number): RecorderFault => ({ kind: 'page-size', rows }),
} as const satisfies Record<string, RecorderFault | readonly string[] | ((...args: never[]) => RecorderFault)>

/** Applies a fault to the answer. */
export function alter(own: RecorderAnswer, what: RecorderFault): RecorderAnswer {
  switch (what.kind) {
    case 'answer':
      return what.answer
    case 'headers':
      return { ...own, headers: { ...own.headers, ...what.headers } }
    case 'bytes':
      return { ...own, body: what.change(own.body) }
    case 'change': {
      if (own.status !== 200) return own
      const changed = what.change(JSON.parse(own.body.toString()) as Fields)
      return { ...own, body: Buffer.from(JSON.stringify(changed)) }
    }
    default:
      return own
  }
}

/** Waits if the fault says so. Rejects when the client leaves. @param hold waits for the test. */
export async function waitFor(
  what: RecorderFault,
  hold: () => Promise<void>,
  gone: AbortSignal,
): Promise<void> {
  if (what.kind === 'delay') await sleep(what.ms, undefined, { signal: gone })
  if (what.kind === 'hold') await hold()
}

export function isDelivery(what: RecorderFault): what is DeliveryFault {
  const { kind } = what
  return !['delay', 'hold', 'ignore-filters', 'page-size', 'answer', 'headers', 'change', 'bytes'].includes(
    kind,
  )
}
