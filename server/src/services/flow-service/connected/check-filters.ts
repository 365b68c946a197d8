import type { Scope } from '#http/scope.ts'
import type { JsonObject } from '#kit/json.ts'
import { targetOf } from '#services/flow-service/connections/auth-params.ts'
import { askSource } from '#services/flow-service/connections/check-source.ts'
import { findConnection } from '#services/flow-service/connections/connection-store.ts'
import type { FlowServiceDependencies } from '#services/flow-service/dependencies.ts'
import { textOf } from '#services/flow-service/entities/entity-document.ts'
import { SourceError } from '#source/postgres/failures/source-error.ts'
import { readFilter } from '#source/postgres/filter/filter-document.ts'

/**
 * Checks the row filter of a source connection: its notation by itself, the rest against its table. A source
 * that can't be reached now leaves the rest unchecked: the flow that reads the table checks it again.
 *
 * @throws {FlowProblem} 1100 for a text that can't be parsed, an unknown column or function, a wrong number of
 *   parameters, a literal that its column can't be compared with
 */
export async function checkFilters(
  { db, keyring, source }: FlowServiceDependencies,
  scope: Scope,
  base: JsonObject,
  params: JsonObject,
): Promise<void> {
  const { filters } = params
  if (filters === undefined) return
  const connection = await findConnection(db, keyring, scope, textOf(base, 'id'))
  const auth = connection?.auth
  const path = textOf(params, 'tableName')
  await askSource(undefined, async (signal) => {
    readFilter(filters)
    if (auth === undefined) return
    await source.checkFilter(targetOf(auth), path, filters, { signal }).catch(unlessUnreachable)
  })
}

function unlessUnreachable(error: unknown): undefined {
  if (error instanceof SourceError) return undefined
  throw error
}
