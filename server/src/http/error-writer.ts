import { PlainError } from '@headwater/contract/errors.ts'
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { contentTypeProblem, MalformedJsonError } from './body-parsers.ts'
import { addErrors } from './openapi/add-docs.ts'
import {
  DENIED_CAUSE,
  type DocumentedError,
  documentErrors,
  INTERNAL_CAUSE,
  INVALID_CAUSE,
  UNAVAILABLE_CAUSE,
} from './openapi/route-docs.ts'
import { isPassingError } from './passing-error.ts'
import { denial, type Permission } from './permissions.ts'
import type { Denial } from './plugins/gateway.ts'
import { HttpProblem, PlainProblem } from './problem.ts'

/** How a family words what went wrong before or outside of its own rules. */
export interface ErrorFamily {
  /** A body or parameter that breaks its schema, or JSON that can't be read. */
  readonly invalid: (message: string) => HttpProblem
  /** Our own fault; the message never says why. */
  readonly internal: () => HttpProblem
  /** Nobody's fault, and it will pass: the server is stopping, or its database is away. The message never says why. */
  readonly unavailable: () => HttpProblem
  /** What any of its operations may answer, these among them. */
  readonly errors: readonly DocumentedError[]
}

const invalid = (message: string) => new PlainProblem(400, 'BadRequestError', message)
const internal = () => new PlainProblem(500, 'InternalServerError', 'An internal error occurred. Try again.')

function denied(permission: Permission, where: string): PlainProblem {
  return new PlainProblem(403, 'ForbiddenError', denial(permission, where))
}

/** The same in every family that has no word of its own for it. */
export const unavailable = () =>
  new PlainProblem(503, 'ServiceUnavailableError', 'The service is not available now. Try again in a moment.')

export const { ServiceUnavailable: UNAVAILABLE } = documentErrors(PlainError, {
  ServiceUnavailable: [UNAVAILABLE_CAUSE, unavailable()],
})

const PLAIN_ERRORS = documentErrors(PlainError, {
  BadRequest: [INVALID_CAUSE, invalid(new MalformedJsonError('it cannot be read').message)],
  InternalError: [INTERNAL_CAUSE, internal()],
})

/** How the families of this shape say that a permission is missing. */
export const PLAIN_DENIAL: Denial = {
  problem: denied,
  error: documentErrors(PlainError, {
    PermissionMissing: [DENIED_CAUSE, denied('Manage Datasets', 'in the sandbox prod')],
  }).PermissionMissing,
}

/** The shape of errors outside of any family. */
export const PLAIN_FAMILY: ErrorFamily = {
  invalid,
  internal,
  unavailable,
  errors: [...Object.values(PLAIN_ERRORS), UNAVAILABLE],
}

/** Makes every error of the encapsulated routes a JSON body in the family's shape, and says so in their docs. */
export function writeErrors(app: FastifyInstance, family: ErrorFamily): void {
  addErrors(app, family.errors)
  renderErrors(app, family)
}

/** Makes every error of the encapsulated routes a JSON body in the family's shape. */
export function renderErrors(app: FastifyInstance, family: ErrorFamily): void {
  app.setErrorHandler((error, request, reply) =>
    sendProblem(request, reply, toProblem(error, request, family)),
  )
}

/** What passes by itself does so in seconds: a restart, a change of the primary. */
const RETRY_AFTER_SECONDS = '1'

/** The server takes no more requests. Each family renders it in its own shape. */
export class StoppingError extends Error {
  override readonly name = 'StoppingError'
}

/** Answers with a problem. */
export function sendProblem(
  request: FastifyRequest,
  reply: FastifyReply,
  problem: HttpProblem,
): FastifyReply {
  if (problem.status === 503) reply.header('retry-after', RETRY_AFTER_SECONDS)
  return reply.code(problem.status).type('application/json').send(problem.body(request.id))
}

const TOO_LARGE = 'The request body is larger than this path takes. Send it in several requests.'

function toProblem(error: unknown, request: FastifyRequest, family: ErrorFamily): HttpProblem {
  if (error instanceof HttpProblem) return error
  if (error instanceof StoppingError) return family.unavailable()
  const { code, statusCode, message } = error as FastifyError
  // What is no media type at all gets the answer of one that is not read.
  if (code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE' && request.routeOptions.schema?.body !== undefined)
    return contentTypeProblem()
  if (code === 'FST_ERR_CTP_BODY_TOO_LARGE') return family.invalid(TOO_LARGE)
  if (statusCode !== undefined && statusCode >= 400 && statusCode < 500) return family.invalid(message)
  request.log.error({ err: error }, 'request failed')
  if (isPassingError(error)) return family.unavailable()
  return family.internal()
}
