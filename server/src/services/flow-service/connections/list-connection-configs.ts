import type { Scope } from '#http/scope.ts'
import type { JsonObject } from '#kit/json.ts'
import type { FlowServiceDependencies } from '#services/flow-service/dependencies.ts'
import { CONNECTIONS } from '#services/flow-service/entities/entity-kinds.ts'
import { getDocument } from '#services/flow-service/entities/entity-reader.ts'

/**
 * The columns that all things behind a connection have, as some systems do; in a database each table has its own,
 * which exploring it tells.
 *
 * @throws {FlowProblem} 1439
 */
export async function listConnectionConfigs(
  { db }: Pick<FlowServiceDependencies, 'db'>,
  scope: Scope,
  id: string,
): Promise<JsonObject> {
  await getDocument(db, scope, CONNECTIONS, id)
  return { items: [] }
}
