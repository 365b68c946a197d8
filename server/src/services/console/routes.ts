import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { type Asset, loadAssets } from './load-assets.ts'

/**
 * The page runs nothing and loads nothing but its own files, and talks to nobody but this server. Components set
 * styles of single elements, which is no way to run anything.
 */
const HEADERS = {
  'content-security-policy': [
    "default-src 'self'",
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data:",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
    "object-src 'none'",
  ].join('; '),
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
}

/** Asked for again at every visit and sent again when it has changed; or kept, since its name changes with it. */
const REVISIT = 'no-cache'
const KEEP = 'public, max-age=31536000, immutable'

/**
 * Serves the console below `/console/`: its files, and its page for every other address there, since the page itself
 * knows what an address means. Files are known by name from the start, so no path of a request becomes one of the disk.
 */
export async function registerConsole(
  app: FastifyInstance,
  options: { readonly folder?: string | undefined } = {},
): Promise<void> {
  const assets = new Map((await loadAssets(options.folder)).map((asset) => [asset.path, asset]))
  const hidden = { schema: { hide: true } }
  const send = (path: string, request: FastifyRequest, reply: FastifyReply): FastifyReply => {
    // An id in an address may look like a name of a file.
    const isPage = !path.startsWith('assets/')
    const found = assets.get(path) ?? (isPage ? assets.get('') : undefined)
    if (found !== undefined) return sendAsset(found, request, reply.headers(HEADERS))
    reply.callNotFound()
    return reply
  }
  app.get('/', hidden, (_request, reply) => reply.redirect('/console/'))
  app.get('/console', hidden, (request, reply) => send('', request, reply))
  app.get<{ Params: { '*': string } }>('/console/*', hidden, (request, reply) =>
    send(request.params['*'], request, reply),
  )
}

function sendAsset(asset: Asset, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  reply.header('etag', asset.etag).header('cache-control', asset.isImmutable ? KEEP : REVISIT)
  if (isKnown(asset, request)) return reply.code(304).send()
  return reply.type(asset.contentType).send(asset.body)
}

/** True when the browser has the file as it is. Caches on the way may have made its tag a weak one. */
function isKnown({ etag }: Asset, request: FastifyRequest): boolean {
  const given = request.headers['if-none-match'] ?? ''
  return given.split(',').some((tag) => tag.trim().replace(/^W\//, '') === etag)
}
