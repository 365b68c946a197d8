import type { Scope } from '#http/scope.ts'
import type { JsonObject } from '#kit/json.ts'
import { ADHOC_BEHAVIOR } from '#services/schema-registry/behaviors.ts'
import { invalidTable, tableTitleTaken } from '#services/schema-registry/problems.ts'
import { partIds } from '#services/schema-registry/references.ts'
import type { Readers } from '#services/schema-registry/registry-context.ts'
import type { Resource } from '#services/schema-registry/resource.ts'
import { objectAt } from '#services/schema-registry/schema-tree.ts'
import { ORIGIN } from './table-bodies.ts'

/** What is sought: the schema of a table, asked for under a title. */
export interface SoughtSchema {
  readonly title: string
  /** Connection and path. */
  readonly origin: JsonObject
}

/** A schema of a table with its class. */
export interface StoredTable {
  readonly schema: Resource
  readonly classResource: Resource
}

/**
 * The schema that was made of a table under a title, whatever it is called by now; `undefined` when there is none and
 * the title is free. Throws RegistryProblem 400.
 */
export async function findTableSchema(
  readers: Readers,
  scope: Scope,
  { title, origin }: SoughtSchema,
): Promise<StoredTable | undefined> {
  const ofTable = await readers.resources.listHaving(scope, 'schemas', { [ORIGIN]: origin })
  const schema =
    ofTable.find((each) => each.title === title) ??
    ofTable.find(({ document }) => objectAt(document, ORIGIN)?.['title'] === title)
  if (schema !== undefined) return { schema, classResource: await classOf(readers, scope, schema) }
  const namesake = await readers.resources.findByTitle(scope, title)
  if (namesake !== undefined) throw tableTitleTaken(namesake)
  return undefined
}

/** Only a class that a table fills may be brought up to the table: another would lose its fields. */
async function classOf({ resources }: Readers, scope: Scope, schema: Resource): Promise<Resource> {
  const classId = String(schema.document['meta:class'])
  const found = await resources.find(scope, 'tenant', 'classes', classId)
  if (found !== undefined && isTableClass(found, schema)) return found
  throw invalidTable(
    `The schema "${schema.title}" (${schema.id}) was made of this table, and is of the class ${classId} since, which ` +
      'was not. Give another "title" to make a second schema of the table.',
  )
}

/** Classes that were made before classes told their table are known by their form. */
function isTableClass({ document }: Resource, schema: Resource): boolean {
  const origin = objectAt(document, ORIGIN)
  if (origin === undefined) return partIds(document).includes(ADHOC_BEHAVIOR)
  return origin['tableName'] === objectAt(schema.document, ORIGIN)?.['tableName']
}

/** A class of the table that nothing uses, since its schema was deleted. */
export async function findLeftClass(
  { resources }: Readers,
  scope: Scope,
  { title, origin }: SoughtSchema,
): Promise<Resource | undefined> {
  const left = await resources.listHaving(scope, 'classes', { [ORIGIN]: { ...origin, title } })
  for (const each of left) if ((await resources.findUser(scope, each.id)) === undefined) return each
  return undefined
}

/** True of a schema that was made of a table. */
export function isFrom({ document }: Resource, origin: JsonObject): boolean {
  const known = objectAt(document, ORIGIN)
  return known !== undefined && Object.entries(origin).every(([name, value]) => known[name] === value)
}
