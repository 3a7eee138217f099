/**
 * The built page's files, held in memory and looked up by their whole address. No request's path is ever joined to a
 * folder, so no request can name a file that the build did not make.
 */
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { extname, join, sep } from 'node:path'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { hashedCache, plainCache, type Headers } from '../http/headers.ts'

const contentTypes: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.ico': 'image/x-icon',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.map': 'application/json; charset=utf-8',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.ts': 'text/plain; charset=utf-8',
  '.txt': 'text/plain; charset=utf-8',
  '.webmanifest': 'application/manifest+json',
  '.woff2': 'font/woff2',
}

export interface Asset {
  readonly body: Buffer
  /** The body, compressed by the build. */
  readonly br: Buffer | undefined
  readonly gz: Buffer | undefined
  readonly etag: string
  readonly headers: Headers
}

/** Files by their address as browsers send it. */
export type Assets = ReadonlyMap<string, Asset>

/** Portals on other origins load the files under this path; all others are for our own pages. */
const forPortals = '/embed/'

function describe(address: string, body: Buffer): Pick<Asset, 'etag' | 'headers'> {
  const etag = `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`
  const headers = {
    'content-type': contentTypes[extname(address)] ?? 'application/octet-stream',
    'cache-control': address.startsWith('/assets/') ? hashedCache : plainCache,
    'cross-origin-resource-policy': address.startsWith(forPortals) ? 'cross-origin' : 'same-origin',
    etag,
    vary: 'Accept-Encoding',
  }
  return { etag, headers }
}

/**
 * Reads every file of the built page except its document.
 * @throws if the folder cannot be read.
 */
export function readAssets(folder: string): Assets {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  const files = names.filter((name) => statSync(join(folder, name)).isFile())
  const read = (name: string): Buffer | undefined =>
    files.includes(name) ? readFileSync(join(folder, name)) : undefined
  const originals = files.filter((name) => !/\.(br|gz)$/.test(name) && name !== 'index.html')
  return new Map(
    originals.map((name) => {
      const address = encodeURI(`/${name.replaceAll(sep, '/')}`)
      const body = readFileSync(join(folder, name))
      return [address, { body, br: read(`${name}.br`), gz: read(`${name}.gz`), ...describe(address, body) }]
    }),
  )
}

/** Whether the client accepts an encoding; `;q=0` means that it does not. */
function accepts(request: FastifyRequest, encoding: string): boolean {
  const offers = String(request.headers['accept-encoding'] ?? '')
    .toLowerCase()
    .split(',')
  return offers.some((offer) => {
    const [name = '', ...parameters] = offer.split(';').map((part) => part.trim())
    return name === encoding && !parameters.some((parameter) => /^q=0(\.0*)?$/.test(parameter))
  })
}

export function sendAsset(request: FastifyRequest, reply: FastifyReply, asset: Asset): FastifyReply {
  reply.headers(asset.headers)
  if (request.headers['if-none-match'] === asset.etag) return reply.code(304).send()
  if (asset.br && accepts(request, 'br')) return reply.header('content-encoding', 'br').send(asset.br)
  if (asset.gz && accepts(request, 'gzip')) return reply.header('content-encoding', 'gzip').send(asset.gz)
  return reply.send(asset.body)
}
