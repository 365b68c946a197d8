import { PlainError } from '@headwater/contract/errors.ts'
import { documentErrors } from '#http/openapi/route-docs.ts'
import { PlainProblem } from '#http/problem.ts'

/** Data Access speaks in the plain shape. */

export function badRequest(detail: string): PlainProblem {
  return new PlainProblem(400, 'BadRequestError', detail)
}

export function notFound(kind: 'batch' | 'file' | 'dataset' | 'path', name: string): PlainProblem {
  return new PlainProblem(404, 'NotFoundError', `There is no ${kind} '${name}' in this sandbox.`)
}

export function rangeNotSatisfiable(sizeBytes: number): PlainProblem {
  return new PlainProblem(
    416,
    'RangeNotSatisfiableError',
    `The range lies outside of the file, which has ${sizeBytes} bytes.`,
  )
}

export function sandboxNotFound(name: string): PlainProblem {
  return new PlainProblem(403, 'ForbiddenError', `There is no active sandbox '${name}' in this organisation.`)
}

/** What its operations may answer, besides what every plain family does. */
export const EXPORT_ERRORS = documentErrors(PlainError, {
  SandboxUnknown: ['`x-sandbox-name` names no active sandbox', sandboxNotFound('prd')],
  BatchNotFound: ['There is no such batch in this sandbox', notFound('batch', '01GKQEBS103JPWNZNJTEVFVDMY')],
  FileNotFound: ['There is no such file in this sandbox', notFound('file', '01GKQEBS103JPWNZNJTEVFVDMY-1')],
  DatasetNotFound: [
    'There is no such dataset in this sandbox',
    notFound('dataset', '65f000000000000000000001'),
  ],
  PathNotFound: ['There is no file of this name', notFound('path', 'part-9.parquet')],
  RangeOutside: ['The range lies outside of the file', rangeNotSatisfiable(4096)],
})
