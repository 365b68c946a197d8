import type { TableSchema, TableSchemaBody } from '@headwater/contract/table-schema.ts'
import type { DescribedColumn, DescribedTable, DescribeTable } from '#http/neighbours.ts'
import { HttpProblem } from '#http/problem.ts'
import type { Scope } from '#http/scope.ts'
import type { JsonObject } from '#kit/json.ts'
import { applyChange } from '#services/schema-registry/change-resource.ts'
import { addResource } from '#services/schema-registry/create-resource.ts'
import { tenantNamespace } from '#services/schema-registry/namespace-rules.ts'
import {
  breakingChange,
  invalidTable,
  RegistryProblem,
  tableUnreadable,
} from '#services/schema-registry/problems.ts'
import {
  type ChangeContext,
  changeRegistry,
  type Registry,
} from '#services/schema-registry/registry-context.ts'
import type { Resource } from '#services/schema-registry/resource.ts'
import { findLeftClass, findTableSchema, type StoredTable } from './find-table-schema.ts'
import { classBody, fieldsOf, isSameClass, mappingSetOf, schemaBody, type TablePlan } from './table-bodies.ts'
import { type CheckedTableBody, checkTableBody } from './table-body.ts'
import { tableFields } from './table-fields.ts'
import { forgetOldKey, tellKey } from './table-key.ts'

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
  const { baseConnectionId, title = table.path } = wanted
  const sought = { title, origin: { baseConnectionId, tableName: table.path } }
  return await changeRegistry(deps.registry, scope, async (tx, readers) => {
    const context = { registry: deps.registry, readers, tx, scope }
    const stored = await findTableSchema(readers, scope, sought)
    const known = stored && fieldsOf(stored.classResource.document, tenantNamespace(scope.tenantId))
    const plan = { ...sought, ...planFields(wanted, table, known) }
    return await (stored === undefined ? createFrom(context, plan) : updateFrom(context, plan, stored))
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

/** `known` are the fields that there are already: a column keeps the one that it has. */
function planFields(
  { columns }: CheckedTableBody,
  table: DescribedTable,
  known: JsonObject | undefined,
): Pick<TablePlan, 'fields' | 'key'> {
  const chosen = columns === undefined ? table.columns : columns.map((name) => columnOf(table, name))
  if (chosen.length === 0) throw invalidTable(`${table.path} has no columns that the connection may read.`)
  const fields = tableFields(chosen, known)
  const key = table.primaryKey.map((column) => fields.find((field) => field.column === column)?.name)
  return { fields, key: key.every((name) => name !== undefined) ? key : [] }
}

function columnOf(table: DescribedTable, name: string): DescribedColumn {
  const column = table.columns.find((each) => each.name === name)
  if (column !== undefined) return column
  const known = table.columns.map((each) => each.name).join(', ')
  throw invalidTable(`${table.path} has no column "${name}" that the connection may read. It has: ${known}.`)
}

async function createFrom(context: ChangeContext, plan: TablePlan): Promise<TableSchema> {
  const schema = await addResource(context, 'schemas', schemaBody(plan, await makeClass(context, plan)))
  return await finish(context, plan, { schema, state: 'created' })
}

/** The `$id` of a class for a new schema: the one that a deleted schema of the table has left, or a new one. */
async function makeClass(context: ChangeContext, plan: TablePlan): Promise<string> {
  const { readers, scope } = context
  const left = await findLeftClass(readers, scope, plan)
  if (left !== undefined) {
    const change = ({ title }: Resource) => classBody(scope, plan, { title })
    await applyChange(context, { kind: 'classes', id: left.id, change })
    return left.id
  }
  const title = await freeClassTitle(context, plan)
  const made = await addResource(context, 'classes', classBody(scope, plan, { title }))
  return String(made['$id'])
}

/** Nobody chose the title of the class, so that one that is taken must not stop anybody. */
async function freeClassTitle({ readers, scope }: ChangeContext, plan: TablePlan): Promise<string> {
  let title = `${plan.title} (class)`
  for (let n = 2; (await readers.resources.findByTitle(scope, title)) !== undefined; n++)
    title = `${plan.title} (class ${n})`
  return title
}

/** The class follows the table; what its schema may not lose is refused there. */
async function updateFrom(
  context: ChangeContext,
  plan: TablePlan,
  { schema, classResource }: StoredTable,
): Promise<TableSchema> {
  const { title, document: before, id } = classResource
  const body = classBody(context.scope, plan, { title, before })
  const isOtherKey = await forgetOldKey(context, plan, schema.id)
  const isOtherClass = !isSameClass(before, body)
  if (isOtherClass) await growClass(context, id, body)
  const state = isOtherClass || isOtherKey ? 'updated' : 'unchanged'
  return await finish(context, plan, { schema: schema.document, state })
}

async function growClass(context: ChangeContext, id: string, body: JsonObject): Promise<void> {
  try {
    await applyChange({ ...context, mayWiden: true }, { kind: 'classes', id, change: () => body })
  } catch (error) {
    if (!(error instanceof RegistryProblem) || error.code !== 'XDM-1530-400') throw error
    throw breakingChange(
      `${error.message} Or give another "title": that makes a second schema, of the table as it is now.`,
    )
  }
}

/** Says what the key is where that was not said, and puts the answer together. */
async function finish(
  context: ChangeContext,
  plan: TablePlan,
  { schema, state }: Pick<TableSchema, 'schema' | 'state'>,
): Promise<TableSchema> {
  const schemaId = String(schema['$id'])
  const descriptors = await tellKey(context, plan, schemaId)
  return {
    state,
    schema,
    descriptors: [...descriptors],
    mappingSet: mappingSetOf(context.scope, plan, schemaId),
  }
}
