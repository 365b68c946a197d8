import { IdentityNamespaceError } from '@headwater/contract/identity-namespaces.ts'
import { type ErrorFamily, UNAVAILABLE, unavailable } from '#http/error-writer.ts'
import { DENIED_CAUSE, documentErrors, INTERNAL_CAUSE, INVALID_CAUSE } from '#http/openapi/route-docs.ts'
import { denial, type Permission } from '#http/permissions.ts'
import type { Denial } from '#http/plugins/gateway.ts'
import { HttpProblem } from '#http/problem.ts'

/** An error of the identity namespaces: a word for programs, a sentence for people. */
export class NamespaceProblem extends HttpProblem {
  override readonly name = 'NamespaceProblem'
  readonly status: number
  readonly code: string

  constructor(status: number, code: string, message: string) {
    super(message)
    this.status = status
    this.code = code
  }

  body(): Readonly<Record<string, unknown>> {
    return { status: this.status, code: this.code, message: this.message }
  }
}

export const invalidNamespace = (message: string) => new NamespaceProblem(400, 'NAMESPACE_INVALID', message)

export const namespaceNotFound = (id: string) =>
  new NamespaceProblem(
    404,
    'NAMESPACE_NOT_FOUND',
    `There is no identity namespace with the id ${id} in this sandbox. List them for their ids.`,
  )

export const codeConflict = (code: string) =>
  new NamespaceProblem(
    409,
    'NAMESPACE_CODE_CONFLICT',
    `There is a namespace with the code "${code}" already. Use that one or choose another code.`,
  )

export const sandboxUnknown = (name: string) =>
  new NamespaceProblem(
    403,
    'SANDBOX_NOT_FOUND',
    `The sandbox "${name}" does not exist in this organisation or is not active. Check x-sandbox-name.`,
  )

const denied = (permission: Permission, where: string) =>
  new NamespaceProblem(403, 'PERMISSION_MISSING', denial(permission, where))

export const NAMESPACE_DENIAL: Denial = {
  problem: denied,
  error: documentErrors(IdentityNamespaceError, {
    NAMESPACE_PERMISSION_MISSING: [DENIED_CAUSE, denied('Manage Schemas', 'in the sandbox prod')],
  }).NAMESPACE_PERMISSION_MISSING,
}

const internal = () => new NamespaceProblem(500, 'INTERNAL_ERROR', 'An internal error occurred. Try again.')

export const NAMESPACE_ERRORS = documentErrors(IdentityNamespaceError, {
  NAMESPACE_INVALID: [INVALID_CAUSE, invalidNamespace('code is missing. Give the namespace a code.')],
  NAMESPACE_NOT_FOUND: ['There is no namespace of this id', namespaceNotFound('17')],
  NAMESPACE_CODE_CONFLICT: ['There is a namespace of this code', codeConflict('Email')],
  NAMESPACE_SANDBOX_NOT_FOUND: ['`x-sandbox-name` names no active sandbox', sandboxUnknown('prd')],
  NAMESPACE_INTERNAL_ERROR: [INTERNAL_CAUSE, internal()],
})

export const NAMESPACE_FAMILY: ErrorFamily = {
  invalid: invalidNamespace,
  internal,
  unavailable,
  errors: [
    NAMESPACE_ERRORS.NAMESPACE_INVALID,
    NAMESPACE_ERRORS.NAMESPACE_SANDBOX_NOT_FOUND,
    NAMESPACE_ERRORS.NAMESPACE_INTERNAL_ERROR,
    UNAVAILABLE,
  ],
}
