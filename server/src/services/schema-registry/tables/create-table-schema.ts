import type { TableSchema, TableSchemaBody } from '@headwater/contract/table-schema.ts'
import type { DescribedColumn, DescribedTable, DescribeTable } from '#http/neighbours.ts'
import { HttpProblem } from '#http/problem.ts'
import type { Scope } from '#http/scope.ts'
import type { JsonObject } from '#kit/json.ts'
import { applyChange } from '#services/schema-registry/change-resource.ts'
import { addResource } from '#services/schema-registry/create-resource.ts'
import { invalidTable, tableUnreadable, titleNotUnique } from '#services/schema-registry/problems.ts'
import {
  type ChangeContext,
  changeRegistry,
  type Registry,
} from '#services/schema-registry/registry-context.ts'
import type { Resource } from '#services/schema-registry/resource.ts'
import { addDescriptor } from '#services/schema-registry/save-descriptor.ts'
import { objectAt } from '#services/schema-registry/schema-tree.ts'
import {
  classBody,
  isSameClass,
  keyDescriptor,
  mappingSetOf,
  ORIGIN,
  schemaBody,
  type TablePlan,
} from './table-bodies.ts'
import { type CheckedTableBody, checkTableBody } from './table-body.ts'
import { tableFields } from './table-fields.ts'

export interface TableSchemaRequest {
  readonly body: { readonly [Name in keyof TableSchemaBody]?: unknown }
  readonly signal: AbortSignal
}

/**
 * The ad-hoc schema of a table of a source, and the body of a mapping set that fills it. Asked again it answers the
 * same schema, brought up to the table. Throws RegistryProblem 400, 403 and 404.
 */
export async function createTableSchema(
  deps: { readonly registry: Registry; readonly describeTable: DescribeTable },
  scope: Scope,
  { body, signal }: TableSchemaRequest,
): Promise<TableSchema> {
  const wanted = checkTableBody(body)
  const table = await readTable(deps.describeTable, scope, { ...wanted, signal })
  const plan = planTable(wanted, table)
  return await changeRegistry(deps.registry, scope, async (tx, readers) => {
    const context = { registry: deps.registry, readers, tx, scope }
    const namesake = await readers.resources.findByTitle(scope, plan.title)
    if (namesake === undefined) return await createFrom(context, plan)
    if (!isFrom(namesake, plan.origin)) throw titleNotUnique(namesake.id)
    return await updateFrom(context, plan, namesake)
  })
}

async function readTable(
  describeTable: DescribeTable,
  scope: Scope,
  wanted: CheckedTableBody & { readonly signal: AbortSignal },
): Promise<DescribedTable> {
  try {
    return await describeTable(scope, wanted)
  } catch (error) {
    if (error instanceof HttpProblem && error.status < 500) throw tableUnreadable(error.status, error.message)
    throw error
  }
}

function planTable({ baseConnectionId, title, columns }: CheckedTableBody, table: DescribedTable): TablePlan {
  const chosen = columns === undefined ? table.columns : columns.map((name) => columnOf(table, name))
  if (chosen.length === 0) throw invalidTable(`${table.path} has no columns that the connection may read.`)
  const fields = tableFields(chosen)
  const key = table.primaryKey.map((column) => fields.find((field) => field.column === column)?.name)
  return {
    title: title ?? table.path,
    origin: { baseConnectionId, tableName: table.path },
    fields,
    key: key.every((name) => name !== undefined) ? key : [],
  }
}

function columnOf(table: DescribedTable, name: string): DescribedColumn {
  const column = table.columns.find((each) => each.name === name)
  if (column !== undefined) return column
  const known = table.columns.map((each) => each.name).join(', ')
  throw invalidTable(`${table.path} has no column "${name}" that the connection may read. It has: ${known}.`)
}

/** True of a schema that was made of a table. */
export function isFrom({ document }: Resource, origin: JsonObject): boolean {
  const known = objectAt(document, ORIGIN)
  return known !== undefined && Object.entries(origin).every(([name, value]) => known[name] === value)
}

async function createFrom(context: ChangeContext, plan: TablePlan): Promise<TableSchema> {
  const made = await addResource(context, 'classes', classBody(context.scope, plan))
  const schema = await addResource(context, 'schemas', schemaBody(plan, String(made['$id'])))
  return await finish(context, plan, { schema, state: 'created' })
}

/** The class follows the table; what its schema may not lose is refused there. */
async function updateFrom(context: ChangeContext, plan: TablePlan, stored: Resource): Promise<TableSchema> {
  const { readers, scope } = context
  const classId = String(stored.document['meta:class'])
  const before = await readers.resources.find(scope, 'tenant', 'classes', classId)
  const body = classBody(scope, plan, before?.document)
  if (before !== undefined && isSameClass(before.document, body))
    return await finish(context, plan, { schema: stored.document, state: 'unchanged' })
  const change = ({ title }: Resource) => ({ ...body, title })
  await applyChange({ ...context, mayWiden: true }, { kind: 'classes', id: classId, change })
  return await finish(context, plan, { schema: stored.document, state: 'updated' })
}

/** Says what the key is where that was not said, and puts the answer together. */
async function finish(
  context: ChangeContext,
  plan: TablePlan,
  { schema, state }: Pick<TableSchema, 'schema' | 'state'>,
): Promise<TableSchema> {
  const { readers, scope } = context
  const schemaId = String(schema['$id'])
  const wanted = keyDescriptor(scope, plan, schemaId)
  const known = await readers.descriptors.listOf(scope, [schemaId])
  const isTold = wanted === undefined || known.some((each) => each['@type'] === wanted['@type'])
  const descriptors = isTold ? known : [...known, await addDescriptor(context, wanted)]
  return { state, schema, descriptors: [...descriptors], mappingSet: mappingSetOf(scope, plan, schemaId) }
}
