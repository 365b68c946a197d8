import { asText } from '#kit/as-text.ts'
import { isObject } from '#kit/json.ts'
import { FlowProblem, invalidRequest } from '#services/flow-service/problems.ts'

const STATUSES: ReadonlySet<string> = new Set([
  'IN_PROGRESS',
  'COMPLETED',
  'SUCCESS',
  'PARTIAL_SUCCESS',
  'FAILED',
  'PARTIAL_FAILURE',
  'QUEUED',
  'SCHEDULED',
])
const ENDED: ReadonlySet<string> = new Set(['COMPLETED', 'SUCCESS', 'FAILED'])

/**
 * Checks the body of an action, which may be missing: how far a provider says to have come.
 *
 * @throws {FlowProblem} 1437 for an unknown status, 1407 and 1408 for one that contradicts the rest, 1100 for a
 *   member of a wrong type
 */
export function assertStateAction(body: unknown, isProgress: boolean): void {
  if (body === undefined || body === null) return
  if (!isObject(body)) throw invalidRequest('The request body must be a JSON object, or be left out.')
  const percent = readPercent(body['percentCompleted'])
  const status = readStatus(body['status'])
  assertObjects(body['recordTypes'], 'recordTypes')
  if (status === undefined) return
  if (status === 'FAILED' && isProgress) {
    throw new FlowProblem(
      '1407-400',
      'The status failed does not go together with the sub operation progress. Leave out subOp, or send inProgress.',
    )
  }
  if (percent !== undefined && percent !== 100 && ENDED.has(status)) {
    throw new FlowProblem(
      '1408-400',
      `percentCompleted is ${percent}, but must be 100 for the status ${status.toLowerCase()}.`,
      { percentCompleted: percent },
    )
  }
}

function readPercent(value: unknown): number | undefined {
  if (value === undefined || value === null) return undefined
  if (typeof value === 'number' && value >= 0 && value <= 100) return value
  throw invalidRequest('percentCompleted must be a number from 0 to 100.', 'percentCompleted')
}

/** The status in its documented spelling; `inProgress` and `in-progress` are the same. */
function readStatus(status: unknown): string | undefined {
  if (status === undefined || status === null) return undefined
  if (!isObject(status)) throw invalidRequest('status must be an object.', 'status')
  assertObjects(status['errors'], 'status.errors')
  const { value } = status
  if (value === undefined || value === null) return undefined
  const text = asText(value)
  const folded = text
    .trim()
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .replaceAll('-', '_')
    .toUpperCase()
  if (typeof value === 'string' && STATUSES.has(folded)) return folded
  throw new FlowProblem(
    '1437-400',
    `The status ${text} is not supported. Use one of: ${[...STATUSES].join(', ')}.`,
    { status: text },
  )
}

function assertObjects(value: unknown, field: string): void {
  if (value === undefined || value === null) return
  if (Array.isArray(value) && value.every(isObject)) return
  throw invalidRequest(`${field} must be an array of objects.`, field)
}
