import type { QueryResult } from '@headwater/contract/query.ts'

/** One leaf of a result: a column, or a field of a struct at any depth. */
export interface FlatColumn {
  /** `['_acme', 'order', 'id']` */
  readonly path: readonly string[]
  readonly type: string
}

/** A result in which every field of a struct has a column of its own, as people read tables. */
export function flatten({ columns, rows }: QueryResult): {
  readonly columns: readonly FlatColumn[]
  readonly rows: readonly (readonly unknown[])[]
} {
  const leaves = columns.map(({ name, type }) => leavesOf([name], type))
  return {
    columns: leaves.flat(),
    rows: rows.map((row) =>
      row.flatMap((value, index) => (leaves[index] ?? []).map(({ path }) => valueAt(value, path))),
    ),
  }
}

function leavesOf(path: readonly string[], type: string): readonly FlatColumn[] {
  const inner = /^STRUCT\((.*)\)$/s.exec(type)?.[1]
  if (inner === undefined) return [{ path, type }]
  return splitFields(inner).flatMap(({ name, type: own }) => leavesOf([...path, name], own))
}

/** A field of a null is null. */
function valueAt(value: unknown, path: readonly string[]): unknown {
  return path
    .slice(1)
    .reduce((found, name) => (found as Record<string, unknown> | null)?.[name] ?? null, value)
}

/** `"a" BIGINT, b STRUCT(c VARCHAR, d DECIMAL(9,2))[]` → its two fields. */
function splitFields(text: string): readonly { readonly name: string; readonly type: string }[] {
  // Quoted names may hold anything; a comma or bracket inside of them separates nothing.
  const tokens = text.match(/"(?:[^"]|"")*"|'(?:[^']|'')*'|[(),]|[^"'(),]+/g) ?? []
  const fields: string[] = []
  let depth = 0
  let current = ''
  for (const token of tokens) {
    if (token === '(') depth++
    if (token === ')') depth--
    if (token === ',' && depth === 0) {
      fields.push(current)
      current = ''
    } else {
      current += token
    }
  }
  return [...fields, current].map((field) => readField(field.trim()))
}

function readField(field: string): { readonly name: string; readonly type: string } {
  const [, quoted, plain, type = ''] = /^(?:"((?:[^"]|"")*)"|(\S+))\s+(.*)$/s.exec(field) ?? []
  return { name: quoted?.replaceAll('""', '"') ?? plain ?? field, type }
}
