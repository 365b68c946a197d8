import { listOf } from '#services/flow-service/lists/list-query.ts'
import { FlowProblem } from '#services/flow-service/problems.ts'

const SUB_ACTIONS: ReadonlySet<string> = new Set(['apply', 'rollback', 'progress'])
/** Documented, but for the providers of sources alone. */
const PROVIDER_ACTIONS: ReadonlySet<string> = new Set(['finalize', 'finalize-update'])

/** The query of an action, as it arrives. */
export interface ActionParameters {
  readonly op?: string | undefined
  readonly subOp?: string | readonly string[] | undefined
}

/**
 * The action that `op` names: lower case, with hyphens.
 *
 * @throws {FlowProblem} 1434 for one that the resource does not know, 1402 for one of the providers', 1435,
 *   1436 and 1406 for sub actions that don't fit
 */
export function readAction<Action extends string>(
  { op, subOp }: ActionParameters,
  known: readonly Action[],
): Action {
  const action = fold(op ?? '')
  const subActions = listOf(subOp).flatMap((text) => text.split(',').map(fold))
  const unknown = subActions.find((name) => !SUB_ACTIONS.has(name))
  if (unknown !== undefined)
    throw new FlowProblem('1435-400', `The sub action ${unknown} is not supported.`, { subOp: unknown })
  if (subActions.includes('progress')) assertProgress(action, subActions)
  if (PROVIDER_ACTIONS.has(action))
    throw new FlowProblem('1402-400', `The action ${action} is for providers only.`, { op: action })
  const found = known.find((name) => name === action)
  if (found !== undefined) return found
  throw new FlowProblem(
    '1434-400',
    `The operation ${op ?? '(none)'} is not supported. Use one of: ${known.join(', ')}.`,
    { operation: op ?? null },
  )
}

function assertProgress(action: string, subActions: readonly string[]): void {
  if (action === 'enable') {
    throw new FlowProblem(
      '1436-400',
      'The sub operation PROGRESS is not supported for the operation enable.',
      { op: action },
    )
  }
  if (subActions.length > 1)
    throw new FlowProblem('1406-400', 'The sub operation progress does not go together with another.')
}

function fold(text: string): string {
  return text.trim().toLowerCase().replaceAll('_', '-')
}
