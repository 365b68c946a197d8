import type { Scope } from '#http/scope.ts'
import type { FlowServiceDependencies } from './dependencies.ts'
import { FLOWS } from './entity-kinds.ts'
import { getDocument } from './entity-reader.ts'
import { deleteEntity } from './entity-store.ts'

/** Removes a flow, and with it its schedule. Its runs stay listed; its connections stay. */
export async function deleteFlow({ db }: FlowServiceDependencies, scope: Scope, id: string): Promise<void> {
  await getDocument(db, scope, FLOWS, id)
  await deleteEntity(db, scope, FLOWS, id)
}
