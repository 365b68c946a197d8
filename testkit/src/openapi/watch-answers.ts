import type { FastifyInstance } from 'fastify'
import { ApiDescription } from './api-description.ts'

/**
 * Judges every answer of an app by its own document, and returns the list to which what is not described is added.
 * To be called before services are registered; hidden routes go unjudged.
 */
export function watchAnswers(app: FastifyInstance): readonly string[] {
  const problems: string[] = []
  let description: ApiDescription | undefined
  app.addHook('onSend', async (request, reply, payload) => {
    description ??= new ApiDescription(app.swagger())
    if (request.routeOptions.schema?.hide === true) return
    const contentType = reply.getHeader('content-type')?.toString()
    const text = typeof payload === 'string' ? payload : ''
    const isJson = /[/+]json($|;)/.test(contentType ?? '') && text !== ''
    const { method, url: path } = request
    const body: unknown = isJson ? JSON.parse(text) : text === '' ? undefined : text
    problems.push(...description.problemsOf({ method, path, status: reply.statusCode, contentType, body }))
  })
  return problems
}
