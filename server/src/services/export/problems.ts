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
