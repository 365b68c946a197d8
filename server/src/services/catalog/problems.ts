import { PlainProblem } from '#http/problem.ts'

/** Catalog speaks in the oldest of the platform's shapes; these are its sentences' beginnings. */

export function badRequest(detail: string): PlainProblem {
  return new PlainProblem(400, 'BadRequestError', detail)
}

export function notFound(kind: 'dataset' | 'batch', id: string): PlainProblem {
  return new PlainProblem(404, 'NotFoundError', `There is no ${kind} '${id}' in this sandbox.`)
}

export function preconditionFailed(id: string, given: string, current: string): PlainProblem {
  return new PlainProblem(
    412,
    'PreconditionFailedError',
    `Dataset '${id}' has version ${current}, the request is for version ${given}. Read it again and repeat the change.`,
  )
}

export function sandboxNotFound(name: string): PlainProblem {
  return new PlainProblem(403, 'ForbiddenError', `There is no active sandbox '${name}' in this organisation.`)
}
