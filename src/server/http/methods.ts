/** An existing address answers 405 to other methods; without this, they would look like a wrong address. */
import type { FastifyInstance } from 'fastify'
import { METHODS } from 'node:http'
import { Problem } from '../../contract/problems.ts'

/**
 * Watches the routes that are added from now on.
 * @returns a function that lets each of their addresses answer every other method with 405.
 */
export function refuseOtherMethods(app: FastifyInstance): () => void {
  const known = new Map<string, Set<string>>()
  app.addHook('onRoute', ({ url, method }) => {
    const methods = known.get(url) ?? new Set()
    known.set(url, methods)
    for (const name of [method].flat()) methods.add(name)
  })

  return () => {
    const served = METHODS.filter((name) => name !== 'CONNECT')
    for (const name of served) if (!app.supportedMethods.includes(name)) app.addHttpMethod(name)
    for (const [url, methods] of [...known].filter(([address]) => address !== '/*')) {
      const allow = [...methods].toSorted().join(', ')
      app.route({
        url,
        method: served.filter((name) => !methods.has(name)),
        onRequest: async (_request, reply) => {
          reply.header('allow', allow)
          throw new Problem({
            code: 'method_not_allowed',
            message: `This address answers ${allow} only.`,
          })
        },
        handler: async () => null,
      })
    }
  }
}
