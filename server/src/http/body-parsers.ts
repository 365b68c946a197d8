import { isUtf8 } from 'node:buffer'
import { PlainError } from '@headwater/contract/errors.ts'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { jsonDepth } from '#kit/json-depth.ts'
import { addErrors } from './openapi/add-docs.ts'
import { documentErrors } from './openapi/route-docs.ts'
import { PlainProblem } from './problem.ts'

/** No document of the platform comes near it; much deeper ones would exhaust the stack of whoever reads them. */
const MAX_DEPTH = 256

/** JSON travels under all of these. */
const JSON_TYPES = [
  'application/json',
  'application/json-patch+json',
  'application/json+patch',
  /^application\/vnd\.adobe\..*json.*$/,
]
/** What curl and fetch send for a text when nobody tells them what it is. */
const FORM_TYPE = 'application/x-www-form-urlencoded'
const LENIENT_TYPES = [FORM_TYPE, 'text/plain']

/**
 * Bodies are JSON whatever JSON type they carry. An empty body is `undefined`, not an error, because actions
 * come with a JSON content type and nothing else; a create then says that its body is missing.
 */
export function acceptJsonBodies(app: FastifyInstance): void {
  addErrors(app, Object.values(BODY_ERRORS), { ofBodies: true })
  app.removeAllContentTypeParsers()
  for (const type of [...JSON_TYPES, ...LENIENT_TYPES]) {
    const isForm = type === FORM_TYPE
    app.addContentTypeParser(type, { parseAs: 'buffer' }, async (_request: unknown, bytes: Buffer) => {
      const text = decode(bytes)
      if (isForm && /^\s*[^\s[{"]/.test(text)) throw new MalformedJsonError('it was sent as a form')
      return parse(text)
    })
  }
  app.addContentTypeParser('*', { parseAs: 'buffer' }, async (request: FastifyRequest, bytes: Buffer) => {
    const text = decode(bytes)
    if (text.trim() === '') return undefined
    if (request.headers['content-type'] === undefined) return parse(text)
    throw contentTypeProblem()
  })
}

/** Takes no JSON under the name of plain text, which is forgiven elsewhere. */
export function refusePlainText(app: FastifyInstance): void {
  app.removeContentTypeParser('text/plain')
}

/** True for a content type that says that the body is JSON. */
export function isJsonType(contentType: string): boolean {
  const [type = ''] = contentType.toLowerCase().split(';')
  return JSON_TYPES.some((known) =>
    typeof known === 'string' ? known === type.trim() : known.test(type.trim()),
  )
}

/** The body is of a type that is not read. */
export function contentTypeProblem(): PlainProblem {
  return new PlainProblem(400, 'BadRequestError', 'A valid content-type must be specified')
}

const BODY_ERRORS = documentErrors(PlainError, {
  ContentTypeUnusable: ['`Content-Type` is not one of JSON', contentTypeProblem()],
})

/** JSON is UTF-8. Other bytes would be kept as another text than the client meant, a password among them. */
function decode(bytes: Buffer): string {
  if (!isUtf8(bytes)) throw new MalformedJsonError('it holds bytes that are not UTF-8')
  return bytes.toString('utf8').replace(/^\uFEFF/, '')
}

function parse(text: string): unknown {
  if (text.trim() === '') return undefined
  if (jsonDepth(text) > MAX_DEPTH)
    throw new MalformedJsonError(`it is nested deeper than ${MAX_DEPTH} levels`)
  const value = parseJson(text)
  // PostgreSQL has neither in text, so such a value could be kept nowhere. Only an escape can spell them.
  if (/\\u(?:0000|d[89a-f])/i.test(text) && hasUnstorable(value))
    throw new MalformedJsonError('a text holds a NUL character or half of a surrogate pair')
  return value
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new MalformedJsonError(placeOf(error))
  }
}

/** Where it stops to be JSON, never what stands there: the engine quotes the text, and a password with it. */
function placeOf(error: unknown): string {
  const message = error instanceof Error ? error.message : ''
  return /(at position \d+(?: \(line \d+ column \d+\))?)$/.exec(message)?.[1] ?? 'it cannot be read'
}

function hasUnstorable(value: unknown): boolean {
  if (typeof value === 'string') return value.includes('\0') || !value.isWellFormed()
  if (typeof value !== 'object' || value === null) return false
  return Object.entries(value).some(([key, member]) => hasUnstorable(key) || hasUnstorable(member))
}

/** The body is no JSON. Each family renders it in its own shape. */
export class MalformedJsonError extends Error {
  override readonly name = 'MalformedJsonError'
  readonly statusCode = 400

  constructor(reason: string) {
    super(`The request body is not valid JSON (${reason}). Send one JSON document.`)
  }
}
