import { PlainError } from '@headwater/contract/errors.ts'
import { documentErrors } from '#http/openapi/route-docs.ts'
import { PlainProblem } from '#http/problem.ts'

/** Monitoring speaks in the plain shape. */

export function badRequest(detail: string): PlainProblem {
  return new PlainProblem(400, 'BadRequestError', detail)
}

export function notFound(kind: 'run' | 'dataset' | 'snapshot', id: string): PlainProblem {
  return new PlainProblem(404, 'NotFoundError', `There is no ${kind} '${id}' in this sandbox.`)
}

export function sandboxNotFound(name: string): PlainProblem {
  return new PlainProblem(403, 'ForbiddenError', `There is no active sandbox '${name}' in this organisation.`)
}

export function nothingToSee(sandbox: string): PlainProblem {
  return new PlainProblem(
    403,
    'ForbiddenError',
    `This client does not hold any permission in the sandbox ${sandbox}. Whoever runs the server can give it: headwater credentials grant.`,
  )
}

export function tooManyStreams(): PlainProblem {
  return new PlainProblem(
    503,
    'ServiceUnavailableError',
    'Too many clients listen to this server already. Try again in a moment, or ask without a stream.',
  )
}

/** What its operations may answer, besides what every plain family does. */
export const MONITORING_ERRORS = documentErrors(PlainError, {
  SandboxUnknown: ['`x-sandbox-name` names no active sandbox', sandboxNotFound('prd')],
  NothingToSee: ['The client holds no permission at all in the sandbox', nothingToSee('prod')],
  TooManyStreams: ['More clients listen than the server takes', tooManyStreams()],
  RunNotFound: [
    'There is no such run in this sandbox',
    notFound('run', '7c6b5a49-3827-4160-95f4-e3d2c1b0a987'),
  ],
  TableNotFound: [
    'There is no such dataset in this sandbox',
    notFound('dataset', '65f000000000000000000001'),
  ],
  SnapshotNotFound: [
    'The table has no such snapshot, or no longer',
    notFound('snapshot', '4718302958201948'),
  ],
})
