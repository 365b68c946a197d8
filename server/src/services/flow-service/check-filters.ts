import type { Scope } from '#http/scope.ts'
import { isObject, type JsonObject } from '#kit/json.ts'
import { SourceError } from '#source/postgres/connect/source-error.ts'
import { compileRowFilter } from '#source/postgres/filter/row-filter.ts'
import { targetOf } from './auth-params.ts'
import { askSource } from './check-source.ts'
import { findConnection } from './connection-store.ts'
import type { FlowServiceDependencies } from './dependencies.ts'
import { textOf } from './entity-document.ts'
import { invalidRequest } from './problems.ts'

/**
 * Checks the row filter of a source connection against its table. A source that can't be reached now leaves it
 * unchecked: the flow that reads the table checks it again.
 *
 * @throws {FlowProblem} 1100 for an unknown column or function, a wrong number of parameters, an unfit literal
 */
export async function checkFilters(
  { db, keyring, source }: FlowServiceDependencies,
  scope: Scope,
  base: JsonObject,
  params: JsonObject,
): Promise<void> {
  const filters: unknown = params['filters']
  if (filters === undefined || filters === null) return
  if (!isObject(filters))
    throw invalidRequest('params.filters must be an object: {type, format, value}.', 'params.filters')
  const connection = await findConnection(db, keyring, scope, textOf(base, 'id'))
  const auth = connection?.auth
  if (auth === undefined) return
  const path = textOf(params, 'tableName')
  await askSource(undefined, async (signal) => {
    const shape = await source.describeRelation(targetOf(auth), path, { signal }).catch(unlessUnreachable)
    if (shape !== undefined) compileRowFilter(filters, shape.columns)
  })
}

function unlessUnreachable(error: unknown): undefined {
  if (error instanceof SourceError) return undefined
  throw error
}
