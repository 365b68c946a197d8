import type { ErrorFamily } from '#http/error-writer.ts'
import { HttpProblem } from '#http/problem.ts'

/** What is wrong with one mapping, in the words of the API. */
export interface MappingError {
  readonly destination: string
  readonly exception: string
  readonly source: string
  readonly columnName: string
  readonly sourceType: string
}

/** The plain shape, with a list when single mappings are at fault. */
export class DataPrepProblem extends HttpProblem {
  override readonly name = 'DataPrepProblem'
  readonly status: number
  readonly title: string
  readonly errors: readonly MappingError[]

  constructor(status: number, title: string, detail: string, errors: readonly MappingError[] = []) {
    super(detail)
    this.status = status
    this.title = title
    this.errors = errors
  }

  body(): Readonly<Record<string, unknown>> {
    const { status, title, message: detail, errors } = this
    return {
      type: '/placeholder/type/uri',
      status,
      title,
      detail,
      ...(errors.length === 0 ? {} : { errors }),
    }
  }
}

export const DATA_PREP_FAMILY: ErrorFamily = {
  invalid: (message) => badRequest(message),
  internal: () => new DataPrepProblem(500, 'InternalServerError', 'An internal error occurred. Try again.'),
}

export function badRequest(detail: string): DataPrepProblem {
  return new DataPrepProblem(400, 'BadRequestError', detail)
}

export function invalidMappings(errors: readonly MappingError[]): DataPrepProblem {
  const [first] = errors
  const more = errors.length > 1 ? ` (and ${errors.length - 1} more, see errors)` : ''
  const detail =
    first === undefined ? 'The mapping set is invalid.' : `${first.destination}: ${first.exception}${more}`
  return new DataPrepProblem(400, 'BadRequestError', detail, errors)
}

export function mappingSetNotFound(id: string, version?: number | undefined): DataPrepProblem {
  const which = version === undefined ? '' : ` with the version ${version}`
  return new DataPrepProblem(404, 'NotFoundError', `There is no mapping set '${id}'${which} in this sandbox.`)
}

export function mappingNotFound(id: string, mappingId: string): DataPrepProblem {
  return new DataPrepProblem(404, 'NotFoundError', `The mapping set '${id}' has no mapping '${mappingId}'.`)
}

export function sandboxNotFound(name: string): DataPrepProblem {
  return new DataPrepProblem(
    403,
    'ForbiddenError',
    `There is no active sandbox '${name}' in this organisation.`,
  )
}
