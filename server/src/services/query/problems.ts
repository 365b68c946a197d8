import { PlainError } from '@headwater/contract/errors.ts'
import { documentErrors } from '#http/openapi/route-docs.ts'
import { PlainProblem } from '#http/problem.ts'

export function badRequest(detail: string): PlainProblem {
  return new PlainProblem(400, 'BadRequestError', detail)
}

export function sandboxNotFound(name: string): PlainProblem {
  return new PlainProblem(403, 'ForbiddenError', `There is no active sandbox '${name}' in this organisation.`)
}

export function tooManyQueries(): PlainProblem {
  return new PlainProblem(
    503,
    'ServiceUnavailableError',
    'Too many queries are waiting already. Try again in a moment.',
  )
}

/** What its operation may answer, besides what every plain family does. */
export const QUERY_ERRORS = documentErrors(PlainError, {
  SandboxUnknown: ['`x-sandbox-name` names no active sandbox', sandboxNotFound('prd')],
  TooManyQueries: ['More queries are asked for than can wait', tooManyQueries()],
})
