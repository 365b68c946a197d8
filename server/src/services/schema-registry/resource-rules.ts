import type { Behavior } from '#http/neighbours.ts'
import type { JsonObject } from '#kit/json.ts'
import { GLOBAL_BEHAVIORS } from './behaviors.ts'
import { checkKeywords } from './keyword-rules.ts'
import { checkNames, checkNamespaces, tenantNamespace } from './namespace-rules.ts'
import { invalidResource, mixedFields, unresolvedReference } from './problems.ts'
import { extendedIds, findLocal, partIds, referencedIds } from './references.ts'
import type { FindResource, TenantKind } from './resource.ts'
import { objectAt, objectsAt, textsAt } from './schema-tree.ts'

export interface CheckRequest {
  readonly kind: TenantKind
  readonly tenantId: string
  /** Namespace of an ad-hoc class besides the tenant's. */
  readonly datasetNamespace?: string | undefined
  readonly document: JsonObject
  readonly find: FindResource
}

/** Throws RegistryProblem 400 for a document that no resource can be made from. */
export function checkDocument(request: CheckRequest): void {
  const { kind, document, find } = request
  checkForm(document)
  checkKeywords(document)
  checkReferences(document, find)
  const namespaces = [tenantNamespace(request.tenantId), request.datasetNamespace].filter(
    (name) => name !== undefined,
  )
  if (kind === 'datatypes' || kind === 'fieldgroups') checkOneWay(document)
  if (kind === 'datatypes') checkNames(document, namespaces)
  else checkNamespaces(document, namespaces)
  if (kind === 'schemas') checkClassOf(document, find)
  if (kind === 'classes') behaviorOf(document, find)
}

function checkForm(document: JsonObject): void {
  const { title, type, allOf } = document
  if (typeof title !== 'string' || title.trim() === '')
    throw invalidResource('title is missing. Give the resource a title.')
  if (type !== undefined && typeof type !== 'string')
    throw invalidResource('type must be a text, such as "object".')
  if (allOf !== undefined && !Array.isArray(allOf)) throw invalidResource('allOf must be a list of parts.')
  for (const key of ['properties', 'definitions']) {
    if (document[key] !== undefined && objectAt(document, key) === undefined) {
      throw invalidResource(`${key} must be an object.`)
    }
  }
}

/** Own fields stand in `properties` or in the definitions that `allOf` refers to; not here and there. */
function checkOneWay(document: JsonObject): void {
  const isDefined = objectsAt(document, 'allOf').some((part) => String(part['$ref']).startsWith('#'))
  const [field] = Object.keys(objectAt(document, 'properties') ?? {})
  if (isDefined && field !== undefined) throw mixedFields(field)
}

function checkReferences(document: JsonObject, find: FindResource): void {
  const missing = referencedIds(document).find((id) => find(id) === undefined)
  if (missing !== undefined) throw unresolvedReference(missing)
  for (const part of objectsAt(document, 'allOf')) {
    const ref = part['$ref']
    if (typeof ref === 'string' && ref.startsWith('#') && findLocal(document, ref) === undefined) {
      throw unresolvedReference(ref)
    }
  }
}

/** The `$id` of the one class that a schema is of. Its field groups have to suit that class. */
export function checkClassOf(document: JsonObject, find: FindResource): string {
  const parts = partIds(document)
    .map(find)
    .filter((part) => part !== undefined)
  const classes = parts.filter((part) => part.kind === 'classes')
  const [only] = classes
  if (only === undefined) {
    throw invalidResource('A schema needs a class: put one {"$ref": "<$id of a class>"} into allOf.')
  }
  if (classes.length > 1) {
    throw invalidResource(
      `A schema has one class, not ${classes.length}: ${classes.map(({ id }) => id).join(', ')}.`,
    )
  }
  for (const group of parts.filter((part) => part.kind === 'fieldgroups')) {
    const intended = textsAt(group.document, 'meta:intendedToExtend')
    if (intended.length > 0 && !intended.includes(only.id)) {
      throw invalidResource(
        `The field group "${group.title}" (${group.id}) is not meant for the class ${only.id}. ` +
          'Add the class to its meta:intendedToExtend or choose another field group.',
      )
    }
  }
  return only.id
}

/** The one behaviour that a class or schema extends. Throws RegistryProblem 400 for none or several. */
export function behaviorOf(document: JsonObject, find: FindResource): Behavior {
  const extended = extendedIds(document, (id) => find(id)?.document)
  const behaviors = extended.filter((id) => GLOBAL_BEHAVIORS.has(id))
  const behavior = GLOBAL_BEHAVIORS.get(behaviors[0] ?? '')
  if (behavior === undefined || behaviors.length > 1) {
    throw invalidResource(
      `A class has one behaviour, not ${behaviors.length}: put one of ` +
        `${[...GLOBAL_BEHAVIORS.keys()].join(', ')} into allOf.`,
    )
  }
  return behavior
}
