import type { Scope } from '#http/scope.ts'
import { targetOf } from '#services/flow-service/connections/auth-params.ts'
import { findConnection } from '#services/flow-service/connections/connection-store.ts'
import type { FlowServiceDependencies } from '#services/flow-service/dependencies.ts'
import { stateOf } from '#services/flow-service/entities/entity-document.ts'
import { CONNECTIONS } from '#services/flow-service/entities/entity-kinds.ts'
import { invalidRequest, notFound } from '#services/flow-service/problems.ts'
import type { ConnectionTarget } from '#source/postgres/params/connection-target.ts'

/** Where a connection leads. @throws FlowProblem 404, and 400 for one that is no way to a source */
export async function findTarget(
  { db, keyring }: Pick<FlowServiceDependencies, 'db' | 'keyring'>,
  scope: Scope,
  id: string,
): Promise<ConnectionTarget> {
  const connection = await findConnection(db, keyring, scope, id)
  if (connection === undefined) throw notFound(CONNECTIONS.name, id)
  if (stateOf(connection.document) === 'draft') {
    throw invalidRequest(`The connection ${id} is a draft. Publish it first.`)
  }
  if (connection.auth === undefined) throw invalidRequest(`The connection ${id} has nothing to explore.`)
  return targetOf(connection.auth)
}
