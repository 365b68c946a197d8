import type { FastifyReply } from 'fastify'
import { BASE_PATH } from '#services/flow-service/route-parts.ts'
import type { Exploration } from './explore-connection.ts'

/** The bare array or the table. The next page is in headers, because the documented answer has no room for it. */
export function sendExplored(
  reply: FastifyReply,
  connectionId: string,
  { body, nextToken }: Exploration,
): FastifyReply {
  if (nextToken !== undefined) {
    const next = `${BASE_PATH}/connections/${connectionId}/explore?continuationToken=${nextToken}`
    reply.header('link', `<${next}>; rel="next"`).header('x-next-continuation-token', nextToken)
  }
  return reply.type('application/json; charset=utf-8').send(body)
}
