import { FlowServiceError } from '@headwater/contract/flow-service/errors/error.ts'
import type { ErrorCode } from '@headwater/contract/flow-service/errors/error-code.ts'
import { FLOW_ERRORS, type FlowErrorCode } from '@headwater/contract/flow-service/errors/flow-errors.ts'
import type { ErrorFamily } from '#http/error-writer.ts'
import { type DocumentedError, documentError } from '#http/openapi/route-docs.ts'
import { denial, type Permission } from '#http/permissions.ts'
import type { Denial } from '#http/plugins/gateway.ts'
import { HttpProblem } from '#http/problem.ts'

/** The code is the contract; the wording of a message is ours. */
export type FlowCode = FlowErrorCode

/** What a message speaks of; shown in the `report` of the error. */
export type ReportArguments = Readonly<Record<string, string | number | boolean | null | readonly string[]>>

/** An error of the Flow Service: `FLOW-NNNN-SSS`, where SSS is the HTTP status. */
export class FlowProblem extends HttpProblem {
  override readonly name = 'FlowProblem'
  readonly code: FlowCode
  readonly args: ReportArguments

  constructor(code: FlowCode, message: string, args: ReportArguments = {}) {
    super(message)
    this.code = code
    this.args = args
  }

  get status(): number {
    return Number(this.code.slice(-3))
  }

  /** The full envelope, and a top-level `message` for clients that know only the older form. */
  body(requestId: string): Readonly<Record<string, unknown>> {
    return {
      type: `https://ns.adobe.com/aep/errors/FLOW-${this.code}`,
      title: FLOW_ERRORS[this.code].title,
      status: this.status,
      report: { ...this.args, 'detailed-message': this.message, 'request-id': requestId },
      message: this.message,
      errorMessage: this.message,
      errorDetails: this.message,
    }
  }
}

/** The documentation of these errors, for the routes that may answer with them. */
export function documentFlowErrors(codes: readonly FlowCode[]): readonly DocumentedError[] {
  return codes.map(documentFlowError)
}

function documentFlowError(code: FlowCode): DocumentedError {
  const { when, message, report }: ErrorCode = FLOW_ERRORS[code]
  const problem = new FlowProblem(code, message, report)
  return documentError(problem, { name: `FLOW-${code}`, when, schema: FlowServiceError })
}

/** How this family words the errors of the framework. */
export const FLOW_FAMILY: ErrorFamily = {
  invalid: (message) => new FlowProblem('1100-400', message),
  internal: () => new FlowProblem('1400-500', 'An internal error occurred. Try again.'),
  unavailable: () => new FlowProblem('1103-503', 'The service is not available now. Try again in a moment.'),
  errors: documentFlowErrors([
    '1100-400',
    '1103-503',
    '1400-500',
    '1451-400',
    '2001-401',
    '2100-404',
    '2103-404',
    '2105-400',
    '2106-404',
    '2110-400',
    '2111-403',
    '2112-400',
    '2113-400',
  ]),
}

/** A permission is missing. */
export function permissionDenied(permission: Permission, where: string): FlowProblem {
  const [action = '', resource = ''] = permission.split(' ')
  return new FlowProblem('2121-403', denial(permission, where), {
    permission: action.toLowerCase(),
    resource,
  })
}

export const FLOW_DENIAL: Denial = {
  problem: permissionDenied,
  error: documentFlowError('2121-403'),
}

/** A rule of the request's content was broken; `field` is the path of the member that broke it. */
export function invalidRequest(message: string, field?: string | undefined): FlowProblem {
  return new FlowProblem('1100-400', message, field === undefined ? {} : { field })
}

/** The resource does not exist for this caller. */
export function notFound(type: string, id: string): FlowProblem {
  const message = `The requested ${type} resource ${id} is not found. Verify the resource ID before trying again.`
  return new FlowProblem('1439-404', message, { id, type })
}

export function ifMatchMissing(): FlowProblem {
  return new FlowProblem(
    '1403-400',
    'The If-Match header is missing. Send the etag of the resource as you last read it.',
    { header: 'If-Match' },
  )
}

export function staleVersion(given: string, current: string): FlowProblem {
  const message = `The version ${given} is not the current version ${current}. Read the resource again and repeat.`
  return new FlowProblem('1404-412', message, { version: given, etag: current })
}

export function emptyBody(): FlowProblem {
  return new FlowProblem('1405-400', 'The request body is empty. Send one JSON document.')
}

/** The resource is in a state in which the action means nothing; the remedy is one sentence. */
export function actionNotApplicable(action: string, state: string, remedy: string): FlowProblem {
  const message = `The action ${action} does not apply in the state ${state}. ${remedy}`
  return new FlowProblem('1422-400', message, { action, state })
}

/** What helps where only an enabled flow will do. */
export const ENABLE_FIRST = 'Enable the flow first, or publish it while it is a draft.'
