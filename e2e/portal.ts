/** A small intranet portal with its own server. Its page shows the dashboard in a frame. */
import { createServer } from 'node:http'
import { listenOnLoopback, type LoopbackServer } from '../src/testing/listening.ts'

/** @param frame the address to frame, from the portal's own address: `/?frame=<address>`. */
function portalPage(frame: string): string {
  const source = frame.replaceAll('&', '&amp;').replaceAll('"', '&quot;')
  return `<!doctype html><html lang="en"><head><title>Portal</title><link rel="icon" href="data:,"></head>
<body style="margin:0"><h1>Portal</h1>
<iframe title="Call recordings" width="900" height="600" style="border:0" src="${source}"></iframe></body></html>`
}

export async function startPortal(): Promise<LoopbackServer> {
  const server = createServer((request, response) => {
    const address = new URL(request.url ?? '/', 'http://portal')
    response.setHeader('content-type', 'text/html; charset=utf-8')
    response.end(portalPage(address.searchParams.get('frame') ?? 'about:blank'))
  })
  return listenOnLoopback(server)
}
