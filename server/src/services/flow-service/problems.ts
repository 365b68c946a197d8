import type { ErrorFamily } from '#http/error-writer.ts'
import { HttpProblem } from '#http/problem.ts'

/** The documented titles by code. The code is the contract; the wording of a message is ours. */
export const FLOW_TITLES = {
  '1100-400': 'Invalid request',
  '1101-404': 'Resource not found',
  '1400-500': 'Internal Error',
  '1401-400': 'Invalid request',
  '1402-400': 'Invalid request',
  '1403-400': 'Header is missing',
  '1404-412': 'Version not matching',
  '1405-400': 'Invalid request',
  '1406-400': 'Invalid request',
  '1407-400': 'Invalid request',
  '1408-400': 'Invalid request',
  '1409-400': 'Invalid request',
  '1410-400': 'Invalid request',
  '1411-400': 'Invalid request',
  '1412-400': 'Invalid request',
  '1413-400': 'Invalid request',
  '1414-400': 'Invalid request',
  '1415-400': 'Invalid request',
  '1416-400': 'Invalid request',
  '1417-400': 'Invalid request',
  '1418-400': 'Invalid request',
  '1419-400': 'Invalid request',
  '1420-400': 'Invalid request',
  '1421-400': 'Invalid request',
  '1422-400': 'Invalid request',
  '1423-400': 'Invalid request',
  '1424-400': 'Invalid request',
  '1425-400': 'Invalid request',
  '1426-400': 'Invalid request',
  '1427-400': 'Invalid request',
  '1428-400': 'Invalid request',
  '1429-400': 'Invalid request',
  '1430-400': 'Invalid request',
  '1431-400': 'Invalid request',
  '1432-400': 'Invalid request',
  '1433-400': 'Invalid request',
  '1434-400': 'Invalid request',
  '1435-400': 'Invalid request',
  '1436-400': 'Invalid request',
  '1437-400': 'Invalid request',
  '1438-400': 'Invalid request',
  '1439-404': 'Resource not found',
  '1440-400': 'Invalid request',
  '1441-400': 'Invalid request',
  '1442-400': 'Invalid request',
  '1443-400': 'Invalid request',
  '1444-400': 'Invalid request',
  '1445-400': 'Invalid request',
  '1446-400': 'Invalid request',
  '1447-400': 'Invalid request',
  '1448-400': 'Invalid request',
  '1449-400': 'Invalid request',
  '1450-400': 'Invalid request',
  '1451-400': 'Invalid request',
  '1452-400': 'Invalid request',
  '1453-400': 'Invalid request',
  '1454-400': 'Invalid request',
  '1455-400': 'Invalid request',
  '1456-400': 'Invalid request',
  '1457-400': 'Invalid request',
  '1458-400': 'Invalid request',
  '2001-401': 'Header is missing or empty',
  '2100-404': 'Sandbox not found',
  '2103-404': 'Sandbox not found',
  '2105-400': 'Header is missing',
  '2106-404': 'Get default sandbox error',
  '2120-403': 'Forbidden',
} as const

export type FlowCode = keyof typeof FLOW_TITLES

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
      title: FLOW_TITLES[this.code],
      status: this.status,
      report: { ...this.args, 'detailed-message': this.message, 'request-id': requestId },
      message: this.message,
      errorMessage: this.message,
      errorDetails: this.message,
    }
  }
}

/** How this family words the errors of the framework. */
export const FLOW_FAMILY: ErrorFamily = {
  invalid: (message) => new FlowProblem('1100-400', message),
  internal: () => new FlowProblem('1400-500', 'An internal error occurred. Try again.'),
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

export function sandboxNotFound(name: string): FlowProblem {
  const message = `There is no active sandbox ${name} in this organization. Check the x-sandbox-name header.`
  return new FlowProblem('2100-404', message, { name })
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

/** The resource is in a state in which the action means nothing. */
export function actionNotApplicable(action: string, state: string): FlowProblem {
  return new FlowProblem('1422-400', `The action ${action} does not apply in the state ${state}.`, {
    action,
    state,
  })
}
