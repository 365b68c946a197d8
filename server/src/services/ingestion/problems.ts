import { PlainError } from '@headwater/contract/errors.ts'
import { documentErrors } from '#http/openapi/route-docs.ts'
import { PlainProblem } from '#http/problem.ts'

/** Batch ingestion speaks in the plain shape. */

export function badRequest(detail: string): PlainProblem {
  return new PlainProblem(400, 'BadRequestError', detail)
}

export function notFound(kind: 'dataset' | 'batch' | 'file', id: string): PlainProblem {
  const remedy = kind === 'file' ? ' Send the file, or begin with action=INITIALIZE.' : ''
  const where = kind === 'file' ? 'batch' : 'sandbox'
  return new PlainProblem(404, 'NotFoundError', `There is no ${kind} '${id}' in this ${where}.${remedy}`)
}

/** A batch, or a file of it, is not in a state for what was asked. */
export function conflict(detail: string): PlainProblem {
  return new PlainProblem(409, 'ConflictError', detail)
}

/** The largest request that carries bytes of a file. */
export const MAX_UPLOAD_BYTES = 512 * 1024 * 1024

export function tooLarge(): PlainProblem {
  const limit = `${MAX_UPLOAD_BYTES / 1024 / 1024} MB`
  const remedy = 'Send it in pieces: action=INITIALIZE, PATCH with Content-Range, action=COMPLETE.'
  return new PlainProblem(
    413,
    'PayloadTooLargeError',
    `A request can't carry more than ${limit} of a file. ${remedy}`,
  )
}

export function sandboxNotFound(name: string): PlainProblem {
  return new PlainProblem(403, 'ForbiddenError', `There is no active sandbox '${name}' in this organisation.`)
}

/** What its operations may answer, besides what every plain family does. */
export const INGESTION_ERRORS = documentErrors(PlainError, {
  SandboxUnknown: ['`x-sandbox-name` names no active sandbox', sandboxNotFound('prd')],
  DatasetNotFound: [
    'There is no such dataset in this sandbox',
    notFound('dataset', '65f000000000000000000001'),
  ],
  BatchNotFound: ['There is no such batch in this sandbox', notFound('batch', '01GKQEBS103JPWNZNJTEVFVDMY')],
  UploadNotFound: ['The batch has no such file', notFound('file', 'orders.json')],
  BatchInOtherState: [
    'The batch is not in a state for that',
    conflict("Batch '01GKQEBS103JPWNZNJTEVFVDMY' is loaded and can't become aborted."),
  ],
  UploadTooLarge: ['The request has more bytes than one may carry', tooLarge()],
})
