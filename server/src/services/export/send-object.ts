import type { FastifyReply, FastifyRequest } from 'fastify'
import type { LakeStorage } from '#lake/storage/lake-storage.ts'
import { parseByteRange } from './byte-range.ts'
import { notFound, rangeNotSatisfiable } from './problems.ts'

export interface ObjectToSend {
  readonly key: string
  /** What the client called it. */
  readonly name: string
  readonly contentType: string
}

/**
 * Sends an object of the lake, whole or the range that the request asks for, byte by byte as the storage
 * gives them. A HEAD request gets the headers of the whole object.
 *
 * @throws {PlainProblem} 404 when the object is gone, 416 for a range outside of it
 */
export async function sendObject(
  storage: LakeStorage,
  request: FastifyRequest,
  reply: FastifyReply,
  { key, name, contentType }: ObjectToSend,
): Promise<FastifyReply> {
  const found = await storage.stat(key)
  if (found === undefined) throw notFound('file', name)
  const { sizeBytes } = found
  reply.type(contentType).header('accept-ranges', 'bytes')
  if (request.method === 'HEAD') return reply.header('content-length', sizeBytes).send()

  const range = parseByteRange(wantedRange(request), sizeBytes)
  if (range === 'outside') {
    reply.header('content-range', `bytes */${sizeBytes}`)
    throw rangeNotSatisfiable(sizeBytes)
  }
  const stream = await storage.openRead(key, range)
  if (range === undefined) return reply.header('content-length', sizeBytes).send(stream)
  return reply
    .code(206)
    .header('content-range', `bytes ${range.start}-${range.end}/${sizeBytes}`)
    .header('content-length', range.end - range.start + 1)
    .send(stream)
}

/** The header, or the query parameter that one client sends in its place. */
function wantedRange(request: FastifyRequest): string | undefined {
  const { range } = request.query as { range?: string | undefined }
  return request.headers.range ?? range
}
