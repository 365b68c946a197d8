import { isDeepStrictEqual } from 'node:util'
import type { TableSchema } from '@headwater/contract/table-schema.ts'
import type { Scope } from '#http/scope.ts'
import type { JsonObject } from '#kit/json.ts'
import { ADHOC_BEHAVIOR } from '#services/schema-registry/behaviors.ts'
import { authoredPart } from '#services/schema-registry/compose-document.ts'
import { tenantNamespace } from '#services/schema-registry/namespace-rules.ts'
import { objectAt, objectsAt, textsAt } from '#services/schema-registry/schema-tree.ts'
import type { TableField } from './table-fields.ts'

/** What a table becomes: names and fields, before anything is stored. */
export interface TablePlan {
  readonly title: string
  /** Where the schema comes from; the same place makes the same schema. */
  readonly origin: JsonObject
  readonly fields: readonly TableField[]
  /** Names of fields, in the order of the key; empty when not all of it was chosen. */
  readonly key: readonly string[]
}

/** Where on what was made of a table the table stands, and under which title it was asked for. */
export const ORIGIN = 'meta:sourceTable'

/**
 * The class of a table: its fields in the namespace of the tenant, where SQL finds them under a name that people
 * know. In a class that is there already, new fields are never required: the rows before have no value for them.
 */
export function classBody(
  scope: Scope,
  plan: TablePlan,
  { title, before }: { readonly title: string; readonly before?: JsonObject | undefined },
): JsonObject {
  const namespace = tenantNamespace(scope.tenantId)
  const stored = before && fieldsOf(before, namespace)
  const known = stored && textsAt(stored, 'required')
  const required = plan.fields
    .filter(({ name, isRequired }) => isRequired && (known === undefined || known.includes(name)))
    .map(({ name }) => name)
  const fields: JsonObject = {
    type: 'object',
    properties: Object.fromEntries(plan.fields.map((field) => [field.name, schemaOf(field, stored)])),
    ...(required.length === 0 ? {} : { required }),
  }
  const own: JsonObject = {
    type: 'object',
    properties: { [namespace]: fields },
    ...(required.length === 0 ? {} : { required: [namespace] }),
  }
  return { type: 'object', title, [ORIGIN]: originOf(plan), allOf: [{ $ref: ADHOC_BEHAVIOR }, own] }
}

/** The width of a twin was found out by looking at rows; once it is there it stays what it is. */
function schemaOf({ name, schema, isTwin }: TableField, stored: JsonObject | undefined): JsonObject {
  const before = isTwin === true ? objectAt(objectAt(stored ?? {}, 'properties') ?? {}, name) : undefined
  return before ?? schema
}

function ownPart(document: JsonObject): JsonObject | undefined {
  return objectsAt(document, 'allOf').find((part) => objectAt(part, 'properties') !== undefined)
}

/** The object of the tenant's fields in the class of a table. */
export function fieldsOf(document: JsonObject, namespace: string): JsonObject | undefined {
  return objectAt(objectAt(ownPart(document) ?? {}, 'properties') ?? {}, namespace)
}

/** The class of a table with other fields in the place of those that it has. */
export function withFields(document: JsonObject, namespace: string, fields: JsonObject): JsonObject {
  const own = ownPart(document)
  const { required: _, ...part } = own ?? {}
  const changed: JsonObject = {
    ...part,
    properties: { ...objectAt(part, 'properties'), [namespace]: fields },
    ...(fields['required'] === undefined ? {} : { required: [namespace] }),
  }
  const allOf = objectsAt(document, 'allOf').map((each) => (each === own ? changed : each))
  return { ...document, allOf }
}

/** True when a stored class is what a body would make of it. */
export function isSameClass(stored: JsonObject, body: JsonObject): boolean {
  return isDeepStrictEqual(ownPart(stored), ownPart(authoredPart(body)))
}

export function schemaBody(plan: TablePlan, classId: string): JsonObject {
  return { type: 'object', title: plan.title, [ORIGIN]: originOf(plan), allOf: [{ $ref: classId }] }
}

/** With the title, by which the schema is found again when it is called something else. */
function originOf({ origin, title }: TablePlan): JsonObject {
  return { ...origin, title }
}

/** What Data Prep makes a mapping set of: every column to its field. */
export function mappingSetOf(scope: Scope, plan: TablePlan, schemaId: string): TableSchema['mappingSet'] {
  return {
    name: plan.title,
    outputSchema: {
      schemaRef: { id: schemaId, contentType: 'application/vnd.adobe.xed-full+json;version=1' },
    },
    mappings: plan.fields.map(({ column, name }) => ({
      sourceType: 'ATTRIBUTE',
      source: column,
      destination: `${tenantNamespace(scope.tenantId)}.${name}`,
    })),
  }
}
