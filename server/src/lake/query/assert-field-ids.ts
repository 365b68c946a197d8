import type { DuckDBConnection } from '@duckdb/node-api'
import { isColumnType, type LakeColumn, type LakeType } from '#columns/column-type.ts'
import { quotePath } from './sql-text.ts'

/** The file can't be decoded, or a field is missing, has another id or reads as another type. */
export class ReadBackError extends Error {
  override readonly name = 'ReadBackError'
}

/** Everything that the fields say has to be in the file's schema, with its id. @throws ReadBackError */
export async function assertFieldIds(
  connection: DuckDBConnection,
  path: string,
  leaves: readonly LakeColumn[],
): Promise<void> {
  const ids = await readFieldIds(connection, path)
  for (const expected of leaves.flatMap(({ id, path, type }) => [{ id, path }, ...partsOf(type, path)])) {
    const key = JSON.stringify(expected.path)
    if (ids.get(key) === expected.id) continue
    const what = ids.has(key) ? `has the id ${ids.get(key)}` : 'is missing'
    throw new ReadBackError(`field '${expected.path.join('.')}' (id ${expected.id}) ${what} in '${path}'`)
  }
}

interface Part {
  readonly id: number
  readonly path: readonly string[]
}

/** Everything in a type that has an id, with its place in the file's schema. */
function partsOf(type: LakeType, path: readonly string[]): Part[] {
  if (isColumnType(type)) return []
  const part = (id: number, inner: LakeType, ...names: string[]): Part[] => {
    const own = [...path, ...names]
    return [{ id, path: own }, ...partsOf(inner, own)]
  }
  if (type.kind === 'struct') return type.fields.flatMap((field) => part(field.id, field.type, field.name))
  if (type.kind === 'list') return part(type.elementId, type.element, 'list', 'element')
  return [
    ...part(type.keyId, type.key, 'key_value', 'key'),
    ...part(type.valueId, type.value, 'key_value', 'value'),
  ]
}

/** Field ids by path (as JSON). The file's schema is a tree told depth first, each node with its number of children. */
async function readFieldIds(
  connection: DuckDBConnection,
  path: string,
): Promise<ReadonlyMap<string, number | undefined>> {
  const reader = await connection.runAndReadAll(
    `select name, coalesce(num_children, 0)::int, field_id::int from parquet_schema(${quotePath(path)})`,
  )
  const rows = reader.getRows() as [name: string, childCount: number, fieldId: number | null][]
  const ids = new Map<string, number | undefined>()
  let at = 0
  const visit = (parent: readonly string[], isRoot: boolean) => {
    const [name, childCount, fieldId] = rows[at++] ?? ['', 0, null]
    const own = isRoot ? [] : [...parent, name]
    ids.set(JSON.stringify(own), fieldId ?? undefined)
    for (let child = 0; child < childCount; child++) {
      visit(own, false)
    }
  }
  visit([], true)
  return ids
}
