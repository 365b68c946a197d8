import type { LakeField, LakeType } from '#columns/column-type.ts'

/** A name as DuckDB takes it whatever it holds. */
export function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}

/** A text literal. */
export function quoteText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`
}

/** The path of exactly one file, where DuckDB would take `*`, `?` and `[` as a pattern. */
export function quotePath(path: string): string {
  return quoteText(escapePattern(path))
}

export function escapePattern(path: string): string {
  return path.replace(/[[*?]/g, '[$&]')
}

/** A field at any depth: `struct_extract` instead of dots, which could mean a table. */
export function accessTo(path: readonly string[]): string {
  const [top, ...rest] = path
  return rest.reduce((parent, name) => `struct_extract(${parent}, ${quoteText(name)})`, quoteName(top ?? ''))
}

/** DuckDB's name of a type. */
export function duckTypeOf(type: LakeType): string {
  switch (type.kind) {
    case 'struct':
      return `STRUCT(${type.fields.map(({ name, type }) => `${quoteName(name)} ${duckTypeOf(type)}`).join(', ')})`
    case 'list':
      return `${duckTypeOf(type.element)}[]`
    case 'map':
      return `MAP(${duckTypeOf(type.key)}, ${duckTypeOf(type.value)})`
    case 'decimal':
      return `DECIMAL(${type.precision},${type.scale})`
    default:
      return DUCK_TYPES[type.kind]
  }
}

const DUCK_TYPES = {
  boolean: 'BOOLEAN',
  int: 'INTEGER',
  long: 'BIGINT',
  float: 'FLOAT',
  double: 'DOUBLE',
  date: 'DATE',
  time: 'TIME',
  timestamp: 'TIMESTAMP',
  timestamptz: 'TIMESTAMP WITH TIME ZONE',
  string: 'VARCHAR',
  binary: 'BLOB',
  uuid: 'UUID',
} as const

/**
 * A relation with one column for each field, over data files of any age: top-level fields are found by their id,
 * those inside a struct by name; what a file doesn't have is NULL. No paths give an empty relation.
 */
export function relationOf(fields: readonly LakeField[], paths: readonly string[]): string {
  if (fields.length === 0) {
    return 'select null as "empty" where false'
  }
  if (paths.length === 0) {
    const columns = fields.map(({ name, type }) => `cast(null as ${duckTypeOf(type)}) as ${quoteName(name)}`)
    return `select ${columns.join(', ')} where false`
  }
  const columns = fields.map(
    ({ id, name, type }) =>
      `${id}: {name: ${quoteText(name)}, type: ${quoteText(duckTypeOf(type))}, default_value: null}`,
  )
  const files = `[${paths.map(quotePath).join(', ')}]`
  return `select * from read_parquet(${files}, schema = map {${columns.join(', ')}}, hive_partitioning = false)`
}
