import type { Scope } from '#http/scope.ts'
import type { FlowServiceDependencies } from '#services/flow-service/dependencies.ts'
import { FlowProblem } from '#services/flow-service/problems.ts'
import type { ProviderAction } from './actions.ts'
import type { ChangeRequest } from './change-entity.ts'
import { stateOf } from './entity-document.ts'
import type { EntityKind } from './entity-kinds.ts'
import { getDocument } from './entity-reader.ts'
import { assertCurrent } from './if-match.ts'

/*
 * States of connections, source and target connections and flows:
 *
 *   draft --publish--> enabled <--enable / disable--> disabled      (disabled: flows only)
 *
 * The platform's other states (initializing, enabling, disabling, updating, enabled-finalizing, delete-finalizing)
 * are those of changes that take time. Here a change is one transaction, so that no resource is ever seen in one.
 */

/** Ends no change of a resource: none is ever waiting for its end. @throws {FlowProblem} 1409, 1439, 1404 */
export async function refuseFinalize(
  { db }: Pick<FlowServiceDependencies, 'db'>,
  scope: Scope,
  kind: EntityKind,
  { id, ifMatch, action }: ChangeRequest & { readonly action: ProviderAction },
): Promise<never> {
  const document = await getDocument(db, scope, kind, id)
  assertCurrent(document, ifMatch)
  const state = stateOf(document)
  throw new FlowProblem(
    '1409-400',
    `The action ${action} does not apply in the state ${state}: changes are whole at once, and none is waiting.`,
    { state },
  )
}
