import { Readable } from 'node:stream'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { ByteRange, LakeStorage } from '#lake/storage/lake-storage.ts'
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
 * gives them.
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
  const open = (range?: ByteRange) => storage.openRead(key, range)
  return sendContent(request, reply, { sizeBytes: found.sizeBytes, contentType, open })
}

/** The same with a text that is no file, but is shown as one. @throws {PlainProblem} 416 */
export async function sendText(
  request: FastifyRequest,
  reply: FastifyReply,
  { text, contentType }: { readonly text: string; readonly contentType: string },
): Promise<FastifyReply> {
  const bytes = Buffer.from(text)
  const open = async (range?: ByteRange) =>
    Readable.from([range === undefined ? bytes : bytes.subarray(range.start, range.end + 1)])
  return sendContent(request, reply, { sizeBytes: bytes.length, contentType, open })
}

interface Content {
  readonly sizeBytes: number
  readonly contentType: string
  readonly open: (range?: ByteRange) => Promise<Readable>
}

/** A HEAD request gets the status and the headers that a GET of the same range would get. */
async function sendContent(
  request: FastifyRequest,
  reply: FastifyReply,
  { sizeBytes, contentType, open }: Content,
): Promise<FastifyReply> {
  reply.type(contentType).header('accept-ranges', 'bytes')
  const range = parseByteRange(wantedRange(request), sizeBytes)
  if (range === 'outside') {
    reply.header('content-range', `bytes */${sizeBytes}`)
    throw rangeNotSatisfiable(sizeBytes)
  }
  if (range !== undefined)
    reply.code(206).header('content-range', `bytes ${range.start}-${range.end}/${sizeBytes}`)
  reply.header('content-length', range === undefined ? sizeBytes : range.end - range.start + 1)
  // Where nothing at all is sent, Fastify takes 0 for the length of the GET.
  return reply.send(request.method === 'HEAD' ? Readable.from([]) : await open(range))
}

/** The header, or the query parameter that one client sends in its place. */
function wantedRange(request: FastifyRequest): string | undefined {
  const { range } = request.query as { range?: string | undefined }
  return request.headers.range ?? range
}
