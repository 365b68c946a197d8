import type { Scope } from '#http/scope.ts'
import type { JsonObject } from '#kit/json.ts'
import { authoredPart, composeResource, datasetNamespaceOf, nameAdhocFields } from './compose-document.ts'
import { titleNotUnique } from './problems.ts'
import type { Readers } from './registry-context.ts'
import type { Resource, TenantKind } from './resource.ts'
import { checkDocument } from './resource-rules.ts'
import { checkUnion } from './union-rules.ts'

export interface ResourceDraft {
  readonly kind: TenantKind
  readonly id: string
  readonly version: string
  readonly body: JsonObject
  readonly previous?: Resource | undefined
  readonly now: number
}

/** Makes the resource that a body describes, all rules checked. Throws RegistryProblem 400; stores nothing. */
export async function checkResource(readers: Readers, scope: Scope, draft: ResourceDraft): Promise<Resource> {
  const { kind, id, previous } = draft
  const authored =
    kind === 'classes' ? nameAdhocFields(id, authoredPart(draft.body)) : authoredPart(draft.body)
  const find = await readers.resources.loadReferences(scope, [authored])
  const datasetNamespace = kind === 'classes' ? datasetNamespaceOf(id, authored) : undefined
  checkDocument({ kind, tenantId: scope.tenantId, datasetNamespace, document: authored, find })
  const resource = composeResource({
    kind,
    id,
    version: draft.version,
    scope,
    authored,
    find,
    previous,
    now: draft.now,
  })
  const namesake = await readers.resources.findByTitle(scope, resource.title)
  if (namesake !== undefined && namesake.id !== id) throw titleNotUnique(namesake.id)
  if (kind === 'schemas') {
    const primary = await readers.descriptors.findPrimaryIdentity(scope, id)
    checkUnion({ previous, next: resource, hasPrimaryIdentity: primary !== undefined })
  }
  return resource
}
