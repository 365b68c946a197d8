import { CatalogError } from '@headwater/contract/iceberg-catalog.ts'
import type { ErrorFamily } from '#http/error-writer.ts'
import {
  DENIED_CAUSE,
  documentErrors,
  INTERNAL_CAUSE,
  INVALID_CAUSE,
  UNAVAILABLE_CAUSE,
} from '#http/openapi/route-docs.ts'
import { denial } from '#http/permissions.ts'
import type { Denial, RefusalWords } from '#http/plugins/gateway.ts'
import { type GatewayProblem, HttpProblem } from '#http/problem.ts'

/** An error in the shape of the catalog's specification. */
export class CatalogProblem extends HttpProblem {
  override readonly name = 'CatalogProblem'
  readonly status: number
  readonly type: string

  constructor(status: number, type: string, message: string) {
    super(message)
    this.status = status
    this.type = type
  }

  body(): Readonly<Record<string, unknown>> {
    return { error: { message: this.message, type: this.type, code: this.status } }
  }
}

export const badRequest = (message: string) => new CatalogProblem(400, 'BadRequestException', message)

export const noSuchNamespace = (name: string) =>
  new CatalogProblem(
    404,
    'NoSuchNamespaceException',
    `There is no active sandbox '${name}' in this organisation that is meant by the request. Namespaces are sandboxes, of one level; GET /iceberg/v1/namespaces lists them.`,
  )

export const noSuchTable = (namespace: string, table: string) =>
  new CatalogProblem(
    404,
    'NoSuchTableException',
    `The sandbox '${namespace}' has no dataset '${table}'. Tables are called by the name of a dataset in SQL, or by its id; GET /iceberg/v1/namespaces/${namespace}/tables lists them.`,
  )

const invalid = (message: string) => badRequest(message)
const internal = () =>
  new CatalogProblem(500, 'InternalServerError', 'An internal error occurred. Try again.')
const unavailable = () =>
  new CatalogProblem(
    503,
    'ServiceUnavailableException',
    'The service is not available now. Try again in a moment.',
  )
const denied: Denial['problem'] = (permission, where) =>
  new CatalogProblem(403, 'ForbiddenException', denial(permission, where))

export const CATALOG_ERRORS = documentErrors(CatalogError, {
  IcebergNamespaceUnknown: ['There is no such sandbox, or another one is meant', noSuchNamespace('prd')],
  IcebergTableUnknown: ['There is no such dataset', noSuchTable('prod', 'web_order')],
  IcebergBadRequest: [
    INVALID_CAUSE,
    invalid("The page size must be a whole number from 1 to 1000, not 'x'."),
  ],
  IcebergInternalError: [INTERNAL_CAUSE, internal()],
  IcebergUnavailable: [UNAVAILABLE_CAUSE, unavailable()],
})

/** How this family says that a permission is missing. */
export const CATALOG_DENIAL: Denial = {
  problem: denied,
  error: documentErrors(CatalogError, {
    IcebergPermissionMissing: [DENIED_CAUSE, denied('View Datasets', 'in the sandbox prod')],
  }).IcebergPermissionMissing,
}

/** Engines ask for another token when they are told 401, and for nothing after 403. */
function refused({ status, code, message }: GatewayProblem): CatalogProblem {
  if (code === '403010' || status === 401) return new CatalogProblem(401, 'NotAuthorizedException', message)
  return new CatalogProblem(status, 'ForbiddenException', message)
}

export const CATALOG_REFUSALS: RefusalWords = { prefix: 'Iceberg', schema: CatalogError, problem: refused }

export const CATALOG_FAMILY: ErrorFamily = {
  invalid,
  internal,
  unavailable,
  errors: [
    CATALOG_ERRORS.IcebergBadRequest,
    CATALOG_ERRORS.IcebergInternalError,
    CATALOG_ERRORS.IcebergUnavailable,
  ],
}
