import { PlainProblem } from '#http/problem.ts'

export function badRequest(detail: string): PlainProblem {
  return new PlainProblem(400, 'BadRequestError', detail)
}
