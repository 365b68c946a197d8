import type { Scope } from '#http/scope.ts'
import type { FlowServiceDependencies } from '#services/flow-service/dependencies.ts'
import type { ChangeRequest } from '#services/flow-service/entities/change-entity.ts'
import { RUNS } from '#services/flow-service/entities/entity-kinds.ts'
import { getDocument } from '#services/flow-service/entities/entity-reader.ts'
import { assertCurrent, requireIfMatch } from '#services/flow-service/entities/if-match.ts'
import { emptyBody, FlowProblem } from '#services/flow-service/problems.ts'

/** Refuses to change a run from outside: its metrics are what this server measured. @throws {FlowProblem} always */
export async function putRun(
  { db }: FlowServiceDependencies,
  scope: Scope,
  { id, ifMatch, body }: ChangeRequest,
): Promise<never> {
  const expected = requireIfMatch(ifMatch)
  if (body === undefined || body === null) throw emptyBody()
  assertCurrent(await getDocument(db, scope, RUNS, id), expected)
  throw new FlowProblem(
    '1427-400',
    'A run cannot be changed from outside. Only the server that runs it writes its metrics.',
    { id },
  )
}
