import type { FastifyInstance, FastifyReply, FastifyRequest, RouteOptions } from 'fastify'
import { sendProblem } from './error-writer.ts'
import { PlainProblem } from './problem.ts'

/** A path as its routes declare it, and the methods that it takes. */
interface KnownPath {
  readonly pattern: RegExp
  readonly methods: Set<string>
}

/**
 * Answers requests that no route takes: 405 with `Allow` where the path exists with other methods, else 404.
 * Has to be called before routes are added.
 */
export function answerUnknownRoutes(app: FastifyInstance): void {
  const known = new Map<string, KnownPath>()
  app.addHook('onRoute', (route) => remember(known, route))
  // Before a body is read: whatever is wrong with it, there is nobody to read it.
  app.addHook('onRequest', async (request, reply) => {
    if (request.is404) return refuse(known, request, reply)
  })
  app.setNotFoundHandler((request, reply) => refuse(known, request, reply))
}

function remember(known: Map<string, KnownPath>, { url, method }: RouteOptions): void {
  // Files of a folder are no paths that somebody declared; what a client names below something of its own is.
  if (url.includes('*') && !url.includes(':')) return
  const path = known.get(url) ?? { pattern: patternOf(url), methods: new Set<string>() }
  for (const name of [method].flat()) path.methods.add(name)
  known.set(url, path)
}

/** `/connections/:id/test` as an expression; a slash at the end makes no difference. */
function patternOf(url: string): RegExp {
  const segments = url.replace(/\/$/, '').split('/')
  const source = segments.map((segment) => {
    if (segment === '*') return '.+'
    return segment.startsWith(':') ? '[^/]+' : RegExp.escape(segment)
  })
  return new RegExp(`^${source.join('/')}/?$`)
}

function refuse(
  known: ReadonlyMap<string, KnownPath>,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  const [path = ''] = request.url.split('?')
  const methods = [...known.values()]
    .filter(({ pattern }) => pattern.test(path))
    .flatMap((found) => [...found.methods])
  const allowed = [...new Set(methods)].sort().join(', ')
  if (allowed !== '')
    return sendProblem(request, reply.header('allow', allowed), notAllowed(request, allowed))
  const detail = `There is no ${request.method} ${path}. The API is listed at /docs.`
  return sendProblem(request, reply, new PlainProblem(404, 'NotFoundError', detail))
}

function notAllowed({ method, url }: FastifyRequest, allowed: string): PlainProblem {
  const detail = `${url.split('?')[0]} takes ${allowed} and not ${method}.`
  return new PlainProblem(405, 'MethodNotAllowedError', detail)
}
