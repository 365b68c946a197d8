import type { FastifyRequest } from 'fastify'
import { listOf } from '#services/flow-service/lists/list-query.ts'
import { FlowProblem } from '#services/flow-service/problems.ts'
import { assertStateAction } from './state-action.ts'

const SUB_ACTIONS: ReadonlySet<string> = new Set(['apply', 'rollback', 'progress'])

/** Documented for the providers of sources: they end a change that takes time. */
export type ProviderAction = 'finalize' | 'finalize-update'

export const PROVIDER_ACTIONS: readonly ProviderAction[] = ['finalize', 'finalize-update']

/** The query of an action, as it arrives. */
export interface ActionParameters {
  readonly op?: string | undefined
  readonly subOp?: string | readonly string[] | undefined
}

/** What a request for an action says. */
export interface ActionRequest {
  readonly parameters: ActionParameters
  readonly isAdmin: boolean
  readonly body?: unknown
}

/** The action that a request asks for, as {@link readAction} takes it. */
export function actionOf({ query, scope, body }: FastifyRequest): ActionRequest {
  return { parameters: query as ActionParameters, isAdmin: scope.isAdmin, body }
}

/**
 * The action that `op` names: lower case, with hyphens. Sub actions and body are checked and have no effect, since
 * actions are done when they are answered.
 *
 * @throws {FlowProblem} 1434 for one that the resource does not know; 1435, 1436 and 1406 for sub actions that
 *   don't fit; 1402 for a provider's action of who is no administrator; 1437, 1407, 1408 and 1100 for a body
 */
export function readAction<Action extends string>(
  { parameters, isAdmin, body }: ActionRequest,
  known: readonly Action[],
): Action {
  const action = readName(parameters.op, known)
  const subActions = listOf(parameters.subOp).flatMap((text) => text.split(',').map(fold))
  assertSubActions(action, subActions)
  if (!isAdmin && PROVIDER_ACTIONS.some((name) => name === action))
    throw new FlowProblem('1402-400', `The action ${action} is for providers only.`, { op: action })
  assertStateAction(body, subActions.includes('progress'))
  return action
}

function readName<Action extends string>(op: string | undefined, known: readonly Action[]): Action {
  const action = known.find((name) => name === fold(op ?? ''))
  if (action !== undefined) return action
  throw new FlowProblem(
    '1434-400',
    `The operation ${op ?? '(none)'} is not supported. Use one of: ${known.join(', ')}.`,
    { operation: op ?? null },
  )
}

function assertSubActions(action: string, subActions: readonly string[]): void {
  const unknown = subActions.find((name) => !SUB_ACTIONS.has(name))
  if (unknown !== undefined)
    throw new FlowProblem('1435-400', `The sub action ${unknown} is not supported.`, { subOp: unknown })
  if (!subActions.includes('progress')) return
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
