/** A server on loopback that counts its connections, and can close its port and open it again. */
import { once } from 'node:events'
import type { AddressInfo, Server, Socket } from 'node:net'

export interface Listener {
  readonly port: number
  /** Connections open now. */
  sockets(): number
  /** Closes the port and all connections, so that new ones are refused. */
  refuse(): Promise<void>
  /** Listens again at the same port. */
  accept(): Promise<void>
}

export async function openListener(server: Server): Promise<Listener> {
  const open = new Set<Socket>()
  server.on('connection', (socket: Socket) => {
    open.add(socket)
    socket.once('close', () => open.delete(socket))
  })
  const listenAt = async (port: number): Promise<void> => {
    server.listen(port, '127.0.0.1')
    await once(server, 'listening')
  }
  await listenAt(0)
  const { port } = server.address() as AddressInfo
  return {
    port,
    sockets: () => open.size,
    async refuse() {
      if (!server.listening) return
      const closed = once(server, 'close')
      server.close()
      const ended = [...open].map((socket) => new Promise((done) => socket.destroy().once('close', done)))
      await Promise.all([closed, ...ended])
    },
    accept: () => (server.listening ? Promise.resolve() : listenAt(port)),
  }
}
