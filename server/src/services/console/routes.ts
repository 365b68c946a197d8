import { createHash } from 'node:crypto'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { type Asset, loadAssets } from './load-assets.ts'

/** The page runs nothing and loads nothing but its own files, and talks to nobody but this server. */
const headersFor = (page: string) => ({
  'content-security-policy': [
    "default-src 'self'",
    `script-src 'self' ${inlineHashes(page).join(' ')}`,
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
    "object-src 'none'",
  ].join('; '),
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  // Asked for again at every visit, sent again only when it changed.
  'cache-control': 'no-cache',
})

/** What the page may run that is not a file: its import map, word by word. */
function inlineHashes(page: string): readonly string[] {
  const scripts = [...page.matchAll(/<script(?![^>]*\ssrc=)[^>]*>(.*?)<\/script>/gs)]
  return scripts.map(([, text = '']) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`)
}

/**
 * Serves the console: the page at `/`, what it needs below `/console/` and `/client/`. Every file has a route of its
 * own, so no path of a request ever becomes a path of the disk.
 */
export async function registerConsole(app: FastifyInstance): Promise<void> {
  const assets = await loadAssets()
  const page = assets.find(({ path }) => path === '/')?.body.toString() ?? ''
  const headers = headersFor(page)
  for (const asset of assets) {
    app.get(asset.path, { schema: { hide: true } }, (request, reply) =>
      sendAsset(asset, request, reply.headers(headers)),
    )
  }
}

function sendAsset(asset: Asset, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  reply.header('etag', asset.etag)
  if (isKnown(asset, request)) return reply.code(304).send()
  return reply.type(asset.contentType).send(asset.body)
}

/** True when the browser has the file as it is. Caches on the way may have made its tag a weak one. */
function isKnown({ etag }: Asset, request: FastifyRequest): boolean {
  const given = request.headers['if-none-match'] ?? ''
  return given.split(',').some((tag) => tag.trim().replace(/^W\//, '') === etag)
}
