/** Heads for a collector of syslog (RFC 5424) over TCP (RFC 6587, octet counting) or TLS (RFC 5425). */
import { connect as connectPlainly, isIP, type Socket } from 'node:net'
import { hostname } from 'node:os'
import { connect as connectSecurely } from 'node:tls'
import type { Transport } from './sink.ts'

export interface SyslogOptions {
  readonly isSecure: boolean
  readonly host: string
  readonly port: number
  /** PEM of authorities to trust in place of the system's. */
  readonly ca?: string | undefined
  /** Called when an established connection is lost. */
  readonly onLost: () => void
}

const CONNECT_MS = 10_000
const WRITE_MS = 10_000
/** Facility 13, log audit; severity 5, notice. */
const PRIORITY = 13 * 8 + 5

const name =
  hostname()
    .replaceAll(/[^!-~]/g, '')
    .slice(0, 255) || '-'

/** One message in its frame. @param atMs ms since the Unix epoch. */
export function syslogFrame(text: string, atMs: number): string {
  const time = new Date(atMs).toISOString()
  const message = `<${PRIORITY}>1 ${time} ${name} recordings-dashboard ${process.pid} audit-head - ${text}`
  return `${Buffer.byteLength(message)} ${message}`
}

function connect({ isSecure, host, port, ca }: SyslogOptions): Promise<Socket> {
  const servername = isIP(host) === 0 ? { servername: host } : {}
  const trust = ca === undefined ? {} : { ca }
  const socket = isSecure
    ? connectSecurely({
        host,
        port,
        rejectUnauthorized: true,
        minVersion: 'TLSv1.2',
        ...servername,
        ...trust,
      })
    : connectPlainly({ host, port })
  socket.unref()
  socket.setKeepAlive(true, 60_000)
  return new Promise((resolve, reject) => {
    const late = setTimeout(() => socket.destroy(new Error('The collector does not answer.')), CONNECT_MS)
    late.unref()
    socket.on('error', reject)
    socket.once('close', () => {
      clearTimeout(late)
      reject(new Error('The collector closed the connection.'))
    })
    socket.once(isSecure ? 'secureConnect' : 'connect', () => {
      clearTimeout(late)
      // A collector sends nothing, but its end is noticed only while the socket is read.
      socket.resume()
      resolve(socket)
    })
  })
}

/** Resolves once the system has the frame. @throws where the connection ends first, or takes nothing in time. */
function write(socket: Socket, frame: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const late = setTimeout(() => socket.destroy(), WRITE_MS)
    late.unref()
    const lost = (): void => reject(new Error('The collector closed the connection.'))
    socket.once('close', lost)
    socket.write(frame, (error) => {
      clearTimeout(late)
      socket.off('close', lost)
      if (error) reject(error)
      else resolve()
    })
  })
}

class SyslogTransport implements Transport {
  #socket: Socket | null = null
  readonly #options: SyslogOptions

  constructor(options: SyslogOptions) {
    this.#options = options
  }

  async send(text: string, atMs: number): Promise<void> {
    const socket = this.#socket ?? (await this.#connect())
    await write(socket, syslogFrame(text, atMs))
  }

  close(): void {
    const socket = this.#socket
    this.#socket = null
    socket?.destroySoon()
  }

  async #connect(): Promise<Socket> {
    const socket = await connect(this.#options)
    this.#socket = socket
    socket.once('close', () => {
      if (this.#socket !== socket) return
      this.#socket = null
      this.#options.onLost()
    })
    return socket
  }
}

export const syslogTransport = (options: SyslogOptions): Transport => new SyslogTransport(options)
