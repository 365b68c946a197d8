import { PlainError } from '@headwater/contract/errors.ts'
import { documentErrors } from '#http/openapi/route-docs.ts'
import { PlainProblem } from '#http/problem.ts'

/** Catalog speaks in the oldest of the platform's shapes; these are its sentences' beginnings. */

export function badRequest(detail: string): PlainProblem {
  return new PlainProblem(400, 'BadRequestError', detail)
}

export function notFound(kind: 'dataset' | 'batch' | 'view', id: string): PlainProblem {
  return new PlainProblem(404, 'NotFoundError', `There is no ${kind} '${id}' in this sandbox.`)
}

export function preconditionFailed(
  kind: 'Dataset' | 'Batch',
  id: string,
  { given, current }: { readonly given: string; readonly current: string },
): PlainProblem {
  return new PlainProblem(
    412,
    'PreconditionFailedError',
    `${kind} '${id}' has version ${current}, the request is for version ${given}. Read it again and repeat the change.`,
  )
}

export function sandboxNotFound(name: string): PlainProblem {
  return new PlainProblem(403, 'ForbiddenError', `There is no active sandbox '${name}' in this organisation.`)
}

/** What its operations may answer, besides what every plain family does. */
export const CATALOG_ERRORS = documentErrors(PlainError, {
  SandboxUnknown: ['`x-sandbox-name` names no active sandbox', sandboxNotFound('prd')],
  DatasetNotFound: [
    'There is no such dataset in this sandbox',
    notFound('dataset', '65f000000000000000000001'),
  ],
  BatchNotFound: ['There is no such batch in this sandbox', notFound('batch', '01GKQEBS103JPWNZNJTEVFVDMY')],
  DatasetChanged: [
    '`If-Match` is not the version of the dataset as it is now',
    preconditionFailed('Dataset', '65f000000000000000000001', { given: '1.0.2', current: '1.0.3' }),
  ],
  BatchChanged: [
    '`If-Match` is not the version of the batch as it is now',
    preconditionFailed('Batch', '01GKQEBS103JPWNZNJTEVFVDMY', { given: '1.0.0', current: '1.0.1' }),
  ],
  ViewNotFound: ['The dataset has no such view', notFound('view', '65f000000000000000000002')],
})
