import { PlainProblem } from '#http/problem.ts'

export function badRequest(detail: string): PlainProblem {
  return new PlainProblem(400, 'BadRequestError', detail)
}

export function sandboxNotFound(name: string): PlainProblem {
  return new PlainProblem(403, 'ForbiddenError', `There is no active sandbox '${name}' in this organisation.`)
}
