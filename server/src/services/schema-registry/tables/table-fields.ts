import type { DescribedColumn } from '#http/neighbours.ts'
import type { JsonObject } from '#kit/json.ts'

/** A column with the field that its values go to. */
export interface TableField {
  readonly column: string
  readonly name: string
  readonly schema: JsonObject
  /** The column has a value in every row. */
  readonly isRequired: boolean
}

/** Fields that hold every value of the columns exactly, in the columns' order, named after them. */
export function tableFields(columns: readonly DescribedColumn[]): readonly TableField[] {
  const taken = new Set<string>()
  return columns.map((column) => {
    const name = freeName(column.name, taken)
    taken.add(name.toLowerCase())
    const { comment, isNullable } = column
    const described = comment === undefined ? {} : { description: comment }
    const schema = { title: column.name, ...described, ...typeOf(column) }
    return { column: column.name, name, schema, isRequired: !isNullable }
  })
}

/**
 * Names of fields are letters, digits, `-` and `_`, and begin with no underscore. Readers of the lake take names that
 * differ in case only for one.
 */
function freeName(column: string, taken: ReadonlySet<string>): string {
  const plain = column.replaceAll(/[^A-Za-z0-9_-]/g, '_').replace(/^[^A-Za-z0-9]+/, '')
  const wanted = plain === '' ? 'column' : plain
  let name = wanted
  for (let n = 2; taken.has(name.toLowerCase()); n++) name = `${wanted}_${n}`
  return name
}

/** What a field says to get the lake type of a column and no other. */
const TYPES: Readonly<Record<string, JsonObject>> = {
  boolean: { type: 'boolean' },
  int: { type: 'integer' },
  // Without bounds: those of XDM end at 2^53, a bigint does not.
  long: { type: 'integer', 'meta:xdmType': 'long' },
  double: { type: 'number' },
  float: { type: 'number', 'meta:lakeType': 'float' },
  string: { type: 'string' },
  date: { type: 'string', format: 'date' },
  timestamptz: { type: 'string', format: 'date-time' },
  timestamp: { type: 'string', format: 'date-time', 'meta:lakeType': 'timestamp' },
  time: { type: 'string', 'meta:lakeType': 'time' },
  binary: { type: 'string', 'meta:lakeType': 'binary' },
  uuid: { type: 'string', 'meta:lakeType': 'uuid' },
}

function typeOf({ lakeType, xdm }: DescribedColumn): JsonObject {
  if (lakeType.startsWith('decimal')) return { type: 'number', 'meta:lakeType': lakeType }
  // Types with parts are told by what explore says of them.
  return TYPES[lakeType] ?? xdm
}
