import { SandboxError } from '@headwater/contract/sandboxes.ts'
import { type ErrorFamily, UNAVAILABLE, unavailable } from '#http/error-writer.ts'
import { DENIED_CAUSE, documentErrors, INTERNAL_CAUSE, INVALID_CAUSE } from '#http/openapi/route-docs.ts'
import { denial, type Permission } from '#http/permissions.ts'
import type { Denial } from '#http/plugins/gateway.ts'
import { HttpProblem } from '#http/problem.ts'

/** An error of Sandbox Management. */
export class SandboxProblem extends HttpProblem {
  override readonly name = 'SandboxProblem'
  readonly status: number
  readonly code: string
  readonly title: string

  constructor(status: number, code: string, title: string, detail: string) {
    super(detail)
    this.status = status
    this.code = `${code}-${status}`
    this.title = title
  }

  body(): Readonly<Record<string, unknown>> {
    return {
      status: this.status,
      title: this.title,
      type: `http://ns.adobe.com/aep/errors/${this.code}`,
      detail: this.message,
    }
  }
}

export const invalidRequest = (detail: string) => new SandboxProblem(400, 'SMS-1000', 'Bad request', detail)

export const sandboxNotFound = (name: string) =>
  new SandboxProblem(
    404,
    'SMS-1001',
    'Sandbox not found',
    `There is no sandbox "${name}" in this organisation.`,
  )

export const nameTaken = (name: string) =>
  new SandboxProblem(
    409,
    'SMS-1002',
    'Sandbox already exists',
    `A sandbox named "${name}" exists. Choose another name.`,
  )

export const defaultStays = (name: string) =>
  new SandboxProblem(
    400,
    'SMS-1005',
    'Sandbox cannot be deleted',
    `The sandbox "${name}" is the default one and stays. Reset it to empty it.`,
  )

export const sandboxNotActive = (name: string, state: string) =>
  new SandboxProblem(
    400,
    'SMS-1006',
    'Sandbox is not active',
    `The sandbox "${name}" is ${state}. Only one that is active can be changed.`,
  )

const denied = (permission: Permission, where: string) =>
  new SandboxProblem(403, 'SMS-1004', 'Forbidden', denial(permission, where))

export const SANDBOX_DENIAL: Denial = {
  problem: denied,
  error: documentErrors(SandboxError, {
    'SMS-1004-403': [DENIED_CAUSE, denied('Manage Sandboxes', 'in all sandboxes')],
  })['SMS-1004-403'],
}

const internal = () =>
  new SandboxProblem(500, 'SMS-1003', 'Internal server error', 'An internal error occurred. Try again.')

export const SANDBOX_ERRORS = documentErrors(SandboxError, {
  'SMS-1000-400': [
    INVALID_CAUSE,
    invalidRequest('The type "test" is unknown. Use production or development.'),
  ],
  'SMS-1001-404': ['There is no sandbox of this name', sandboxNotFound('prd')],
  'SMS-1002-409': ['There is a sandbox of this name already', nameTaken('prod')],
  'SMS-1005-400': ['The default sandbox is to be deleted', defaultStays('prod')],
  'SMS-1006-400': [
    'The sandbox is being made, emptied or deleted, or is gone',
    sandboxNotActive('dev', 'resetting'),
  ],
  'SMS-1003-500': [INTERNAL_CAUSE, internal()],
})

export const SANDBOX_FAMILY: ErrorFamily = {
  invalid: invalidRequest,
  internal,
  unavailable,
  errors: [SANDBOX_ERRORS['SMS-1000-400'], SANDBOX_ERRORS['SMS-1003-500'], UNAVAILABLE],
}
