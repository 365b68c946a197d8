import type { GrownField, TableGrowth } from '#http/neighbours.ts'
import type { Scope } from '#http/scope.ts'
import type { JsonObject } from '#kit/json.ts'
import { applyChange } from '#services/schema-registry/change-resource.ts'
import { tenantNamespace } from '#services/schema-registry/namespace-rules.ts'
import { changeRegistry, type Readers, type Registry } from '#services/schema-registry/registry-context.ts'
import type { Resource } from '#services/schema-registry/resource.ts'
import { objectAt } from '#services/schema-registry/schema-tree.ts'
import { xdmTypeRelation } from '#typemap/xdm-types.ts'
import { isFrom } from './find-table-schema.ts'
import { fieldsOf, withFields } from './table-bodies.ts'
import { freeName } from './table-fields.ts'

/**
 * Lets the schema that was made of a table follow it: fields become wider or optional, and new ones come, which are
 * optional. Nothing else changes, and what is so already stays. Answers where the new columns go; `undefined` when the
 * schema was not made of that table. Throws RegistryProblem 400.
 */
export async function growTableSchema(
  registry: Registry,
  scope: Scope,
  growth: TableGrowth,
): Promise<readonly GrownField[] | undefined> {
  return await changeRegistry(registry, scope, async (tx, readers) => {
    const found = await findClass(readers, scope, growth)
    if (found === undefined) return undefined
    const namespace = tenantNamespace(scope.tenantId)
    const before = fieldsOf(found.document, namespace) ?? {}
    const placed = placeColumns(before, growth)
    const after = grow(before, growth, placed)
    const change = ({ document }: Resource) => withFields(document, namespace, after)
    const context = { registry, readers, tx, scope, mayWiden: true }
    await applyChange(context, { kind: 'classes', id: found.id, change })
    return placed.map(({ column, name }) => ({ column: column.name, destination: `${namespace}.${name}` }))
  })
}

async function findClass(
  { resources }: Readers,
  scope: Scope,
  { schemaId, origin }: TableGrowth,
): Promise<Resource | undefined> {
  const schema = await resources.find(scope, 'tenant', 'schemas', schemaId)
  if (schema === undefined || !isFrom(schema, origin)) return undefined
  return await resources.find(scope, 'tenant', 'classes', String(schema.document['meta:class']))
}

interface Placed {
  readonly column: TableGrowth['added'][number]
  readonly name: string
}

/** A column that comes back goes to the field that it had, if that takes its values still. */
function placeColumns(fields: JsonObject, { added }: TableGrowth): readonly Placed[] {
  const properties = objectAt(fields, 'properties') ?? {}
  const taken = new Set(Object.keys(properties).map((name) => name.toLowerCase()))
  return added.map((column) => {
    const known = objectAt(properties, freeName(column.name, new Set()))
    const isBack = known?.['title'] === column.name && xdmTypeRelation(known, column.fieldSchema) === 'same'
    const name = freeName(column.name, isBack ? new Set() : taken)
    taken.add(name.toLowerCase())
    return { column, name }
  })
}

function grow(fields: JsonObject, { widened, optional }: TableGrowth, placed: readonly Placed[]): JsonObject {
  const properties: Record<string, JsonObject | undefined> = {
    ...(fields['properties'] as typeof properties),
  }
  for (const { field, column } of widened) {
    const { title = column.name, description } = properties[field] ?? {}
    properties[field] = {
      title,
      ...(description === undefined ? {} : { description }),
      ...column.fieldSchema,
    }
  }
  for (const { column, name } of placed) {
    const { comment } = column
    const described = comment === undefined ? {} : { description: comment }
    properties[name] ??= { title: column.name, ...described, ...column.fieldSchema }
  }
  const { required = [], ...rest } = fields as JsonObject & { readonly required?: readonly string[] }
  const kept = required.filter((name) => !optional.includes(name))
  return { ...rest, properties, ...(kept.length === 0 ? {} : { required: kept }) } as JsonObject
}
