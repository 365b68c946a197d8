import { DataPrepError } from '@headwater/contract/data-prep/errors.ts'
import { type ErrorFamily, UNAVAILABLE, unavailable } from '#http/error-writer.ts'
import { DENIED_CAUSE, documentErrors, INTERNAL_CAUSE, INVALID_CAUSE } from '#http/openapi/route-docs.ts'
import { denial, type Permission } from '#http/permissions.ts'
import type { Denial } from '#http/plugins/gateway.ts'
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

const internal = () =>
  new DataPrepProblem(500, 'InternalServerError', 'An internal error occurred. Try again.')

export function badRequest(detail: string): DataPrepProblem {
  return new DataPrepProblem(400, 'BadRequestError', detail)
}

export function tooSlow(): DataPrepProblem {
  return badRequest(
    'The mappings take too long for these rows. Send fewer rows; where a regular expression has repetitions inside of repetitions, as in (a+)+, write it without.',
  )
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

/** What a client can point to in the place of rows. */
const SOURCE_NAMES = { sourceConnection: 'source connection', flow: 'flow' } as const

export function sourceNotFound({
  kind,
  id,
}: {
  readonly kind: keyof typeof SOURCE_NAMES
  readonly id: string
}): DataPrepProblem {
  return new DataPrepProblem(
    404,
    'NotFoundError',
    `There is no ${SOURCE_NAMES[kind]} '${id}' in this sandbox. List those that there are.`,
  )
}

export function sandboxNotFound(name: string): DataPrepProblem {
  return new DataPrepProblem(
    403,
    'ForbiddenError',
    `There is no active sandbox '${name}' in this organisation.`,
  )
}

function denied(permission: Permission, where: string): DataPrepProblem {
  return new DataPrepProblem(403, 'ForbiddenError', denial(permission, where))
}

/** What the examples of errors speak of. */
const FAULTY: MappingError = {
  destination: '_acme.city',
  exception: 'There is no function "uper". Did you mean "upper"?',
  source: 'uper(city)',
  columnName: 'uper(city)',
  sourceType: 'EXPRESSION',
}

const SET_ID = 'b6b0e5f4a6d84a1f9c0f6b7c8d9e0f10'

export const DATA_PREP_ERRORS = documentErrors(DataPrepError, {
  MappingBadRequest: [INVALID_CAUSE, badRequest('mappings is missing. Send an array of mappings.')],
  MappingsInvalid: ['A mapping cannot be understood, or leads to no field', invalidMappings([FAULTY])],
  MappingSetNotFound: ['There is no such mapping set, or not in this version', mappingSetNotFound(SET_ID, 7)],
  MappingNotFound: ['The set has no such mapping', mappingNotFound(SET_ID, '0f10')],
  MappingSourceNotFound: [
    'There is no such flow or source connection',
    sourceNotFound({ kind: 'sourceConnection', id: '9b3f0c52-6b0e-4a55-8a61-1f5a7c0d2e34' }),
  ],
  MappingSandboxUnknown: ['`x-sandbox-name` names no active sandbox', sandboxNotFound('prd')],
  MappingInternalError: [INTERNAL_CAUSE, internal()],
})

export const DATA_PREP_DENIAL: Denial = {
  problem: denied,
  error: documentErrors(DataPrepError, {
    MappingPermissionMissing: [DENIED_CAUSE, denied('Manage Sources', 'in the sandbox prod')],
  }).MappingPermissionMissing,
}

export const DATA_PREP_FAMILY: ErrorFamily = {
  invalid: (message) => badRequest(message),
  internal,
  unavailable,
  errors: [
    UNAVAILABLE,
    DATA_PREP_ERRORS.MappingBadRequest,
    DATA_PREP_ERRORS.MappingSandboxUnknown,
    DATA_PREP_ERRORS.MappingInternalError,
  ],
}
