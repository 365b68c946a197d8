import type { Readable } from 'node:stream'
import type { Scope } from '#http/scope.ts'
import type { Json } from '#kit/json.ts'
import type { FlowServiceDependencies } from '#services/flow-service/dependencies.ts'
import { invalidRequest } from '#services/flow-service/problems.ts'
import { exploreRoot } from './explore-root.ts'
import { exploreTable, type TableParameters } from './explore-table.ts'
import { findTarget } from './find-target.ts'
import { parseRelationQuery, type RelationListParameters } from './relation-query.ts'

/** The query of an exploration, as it arrives. */
export interface ExploreParameters extends TableParameters, RelationListParameters {
  readonly objectType?: string | undefined
}

export interface ExploreRequest {
  /** Of the connection. */
  readonly id: string
  readonly parameters: ExploreParameters
  /** Aborted when the client hangs up: what it asked of the source is cancelled there. */
  readonly signal: AbortSignal
}

/** The answer, or its text as it comes, and the token of the next page if there is one. */
export interface Exploration {
  readonly body: Json | Readable
  readonly nextToken?: string | undefined
}

/** Lists what a source offers, or describes one table or view of it with some of its rows if wanted. */
export async function exploreConnection(
  deps: FlowServiceDependencies,
  scope: Scope,
  { id, parameters, signal }: ExploreRequest,
): Promise<Exploration> {
  const target = await findTarget(deps, scope, id)
  if (!wantsRoot(parameters)) return { body: await exploreTable(deps.source, target, parameters, signal) }
  const query = parseRelationQuery(parameters, id)
  return await exploreRoot(deps.source, { connectionId: id, target, query, signal })
}

/** The root is the default; an object without a type is a table. */
export function wantsRoot({ objectType, object }: Pick<ExploreParameters, 'objectType' | 'object'>): boolean {
  const type = (objectType ?? '').toLowerCase()
  if (type === 'root') return true
  if (type === '') return object === undefined || object === ''
  if (type === 'table' || type === 'view') return false
  throw invalidRequest(`objectType ${objectType} does not exist here. Use root, table or view.`, 'objectType')
}
