import type { Scope } from '#http/scope.ts'
import type { JsonObject } from '#kit/json.ts'
import type { FlowServiceDependencies } from '#services/flow-service/dependencies.ts'
import { type Database, type Tx, transact } from '#store/database.ts'
import { changed, compact, doneOperation, textOf } from './entity-document.ts'
import type { EntityKind } from './entity-kinds.ts'
import { getDocument, lockDocument } from './entity-reader.ts'
import { deleteEntity, type KindColumns, replaceEntity } from './entity-store.ts'
import { assertCurrent, requireIfMatch } from './if-match.ts'
import { type PatchRules, patched, readPatch, shownOperations } from './patch-document.ts'

/** Which resource is to change, for which version, and into what. */
export interface ChangeRequest {
  readonly id: string
  readonly ifMatch: string | undefined
  /** Of a PATCH only. */
  readonly body?: unknown
  readonly signal?: AbortSignal | undefined
}

/** What a check makes of a changed document. */
export interface CheckedEntity {
  readonly document: JsonObject
  readonly columns?: KindColumns | undefined
  /** Keeps what the document refers to until it is stored; may refuse. */
  readonly hold?: ((tx: Tx) => Promise<void>) | undefined
}

type Dependencies = Pick<FlowServiceDependencies, 'db' | 'now'>

/**
 * Patches a resource: reads it, applies all operations or none, has the result checked, and stores it if
 * nobody changed it meanwhile. `check` may wait for a source; no transaction is open then.
 */
export async function patchEntity(
  { db, now }: Dependencies,
  scope: Scope,
  kind: EntityKind,
  request: ChangeRequest & { readonly rules: PatchRules },
  check: (next: JsonObject, current: JsonObject, paths: readonly string[]) => Promise<CheckedEntity>,
): Promise<JsonObject> {
  const ifMatch = requireIfMatch(request.ifMatch)
  const operations = readPatch(request.body, request.rules)
  const current = await getDocument(db, scope, kind, request.id)
  assertCurrent(current, ifMatch)
  const paths = operations.map(({ path }) => path)
  const checked = await check(patched(current, operations), current, paths)
  const nowMs = now()
  const operation = doneOperation('update', nowMs, shownOperations(operations))
  const document = changed(compact(checked.document), scope, nowMs, operation)
  await replaceChecked(db, scope, kind, { current, document, checked })
  return document
}

async function replaceChecked(
  db: Database,
  scope: Scope,
  kind: EntityKind,
  change: { readonly current: JsonObject; readonly document: JsonObject; readonly checked: CheckedEntity },
): Promise<void> {
  const { current, document, checked } = change
  const [id, expected] = [textOf(current, 'id'), textOf(current, 'etag')]
  await transact(db, async (tx) => {
    await checked.hold?.(tx)
    await replaceEntity(tx, scope, kind, { id, expected, document, columns: checked.columns })
  })
}

/** Removes a resource, for the version that was asked for if one was. `prepare` may refuse. */
export async function removeEntity(
  { db }: Pick<Dependencies, 'db'>,
  scope: Scope,
  { kind, id, ifMatch }: Pick<ChangeRequest, 'id' | 'ifMatch'> & { readonly kind: EntityKind },
  prepare: (tx: Tx) => Promise<void>,
): Promise<void> {
  await transact(db, async (tx) => {
    assertCurrent(await lockDocument(tx, scope, kind, id), ifMatch)
    await prepare(tx)
    await deleteEntity(tx, scope, kind, id)
  })
}

/** Does an action on a resource: as a patch, but the version is optional and `act` makes the new document. */
export async function actOnEntity(
  { db, now }: Dependencies,
  scope: Scope,
  kind: EntityKind,
  request: ChangeRequest & { readonly action: string },
  act: (current: JsonObject) => Promise<CheckedEntity | undefined>,
): Promise<JsonObject> {
  const current = await getDocument(db, scope, kind, request.id)
  assertCurrent(current, request.ifMatch)
  const acted = await act(current)
  if (acted === undefined) return current
  const nowMs = now()
  const document = changed(compact(acted.document), scope, nowMs, doneOperation(request.action, nowMs))
  await replaceChecked(db, scope, kind, { current, document, checked: acted })
  return document
}
