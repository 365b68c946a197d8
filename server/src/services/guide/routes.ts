import type { FastifyInstance, FastifyReply } from 'fastify'
import { type GuideFile, loadGuide } from './load-guide.ts'
import { GUIDE_PATH } from './render-page.ts'

/** Pages run and load nothing but what is their own. */
const HEADERS = {
  'content-security-policy':
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-cache',
}

/**
 * Serves the pages of `docs/` as a guide, to everybody. They are read and rendered with the first request: a server
 * that nobody reads about has nothing of it in memory.
 */
export function registerGuide(
  app: FastifyInstance,
  options: { readonly folder?: string | undefined } = {},
): void {
  let guide: Promise<ReadonlyMap<string, GuideFile>> | undefined
  const hidden = { schema: { hide: true } }
  const send = async (path: string, reply: FastifyReply): Promise<FastifyReply> => {
    guide ??= loadGuide(options.folder)
    const file = (await guide).get(path)
    if (file !== undefined) return reply.headers(HEADERS).type(file.contentType).send(file.body)
    reply.callNotFound()
    return reply
  }
  app.get(GUIDE_PATH, hidden, (_request, reply) => send('', reply))
  app.get<{ Params: { '*': string } }>(`${GUIDE_PATH}/*`, hidden, (request, reply) =>
    send(request.params['*'], reply),
  )
}
