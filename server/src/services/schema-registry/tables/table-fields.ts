import type { DescribedColumn } from '#http/neighbours.ts'
import type { JsonObject } from '#kit/json.ts'

/** A column with the field that its values go to. */
export interface TableField {
  readonly column: string
  readonly name: string
  readonly schema: JsonObject
  /** The column has a value in every row. */
  readonly isRequired: boolean
  /** A second field of its column, which holds what a decimal can. */
  readonly isTwin?: boolean | undefined
}

/**
 * Fields that hold every value of the columns exactly, in the columns' order, named after them. Numbers without bounds
 * land as text and have a decimal beside them.
 */
export function tableFields(columns: readonly DescribedColumn[]): readonly TableField[] {
  const taken = new Set<string>()
  return columns.flatMap((column): TableField[] => {
    const name = freeName(column.name, taken)
    taken.add(name.toLowerCase())
    const { comment, isNullable } = column
    const described = comment === undefined ? {} : { description: comment }
    const schema = { title: column.name, ...described, ...column.fieldSchema }
    const field = { column: column.name, name, schema, isRequired: !isNullable }
    if (column.twinSchema === undefined) return [field]
    const twin = freeName(`${column.name}_number`, taken)
    taken.add(twin.toLowerCase())
    const twinSchema = { title: `${column.name} as a decimal`, ...described, ...column.twinSchema }
    return [field, { column: column.name, name: twin, schema: twinSchema, isRequired: false, isTwin: true }]
  })
}

/**
 * Names of fields are letters, digits, `-` and `_`, and begin with no underscore. Readers of the lake take names that
 * differ in case only for one.
 */
export function freeName(column: string, taken: ReadonlySet<string>): string {
  const plain = column.replaceAll(/[^A-Za-z0-9_-]/g, '_').replace(/^[^A-Za-z0-9]+/, '')
  const wanted = plain === '' ? 'column' : plain
  let name = wanted
  for (let n = 2; taken.has(name.toLowerCase()); n++) name = `${wanted}_${n}`
  return name
}
