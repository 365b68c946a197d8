import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { type Asset, loadAssets } from './load-assets.ts'

/** The page runs nothing and loads nothing but its own files, and talks to nobody but this server. */
const HEADERS = {
  'content-security-policy': [
    "default-src 'self'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
    "object-src 'none'",
  ].join('; '),
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  // Asked for again at every visit, sent again only when it changed.
  'cache-control': 'no-cache',
} as const

/**
 * Serves the console: the page at `/`, what it needs below `/console/`. Every file has a route of its own, so
 * no path of a request ever becomes a path of the disk.
 */
export async function registerConsole(app: FastifyInstance): Promise<void> {
  for (const asset of await loadAssets()) {
    app.get(asset.path, { schema: { hide: true } }, (request, reply) => sendAsset(asset, request, reply))
  }
}

function sendAsset(asset: Asset, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  reply.headers(HEADERS).header('etag', asset.etag)
  if (isKnown(asset, request)) return reply.code(304).send()
  return reply.type(asset.contentType).send(asset.body)
}

/** True when the browser has the file as it is. Caches on the way may have made its tag a weak one. */
function isKnown({ etag }: Asset, request: FastifyRequest): boolean {
  const given = request.headers['if-none-match'] ?? ''
  return given.split(',').some((tag) => tag.trim().replace(/^W\//, '') === etag)
}
