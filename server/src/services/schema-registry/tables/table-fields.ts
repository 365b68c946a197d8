import type { DescribedColumn } from '#http/neighbours.ts'
import type { JsonObject } from '#kit/json.ts'
import { objectAt } from '#services/schema-registry/schema-tree.ts'
import { xdmTypeRelation } from '#typemap/xdm-types.ts'

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
 * land as text and have a decimal beside them. A column that has a field in `known`, an object of fields, keeps it,
 * whatever comes before it now.
 */
export function tableFields(
  columns: readonly DescribedColumn[],
  known: JsonObject = {},
): readonly TableField[] {
  const kept = keptNames(columns, known)
  const taken = new Set([...kept.values()].map((name) => name.toLowerCase()))
  const nameOf = (wanted: WantedName) => {
    const name = kept.get(keyOf(wanted)) ?? freeName(wanted.plain, taken)
    taken.add(name.toLowerCase())
    return name
  }
  return columns.flatMap((column): TableField[] => {
    const { comment, isNullable, fieldSchema } = column
    const described = comment === undefined ? {} : { description: comment }
    return namesOf(column).map((wanted) => ({
      column: column.name,
      name: nameOf(wanted),
      schema: { title: wanted.title, ...described, ...wanted.schema },
      isRequired: wanted.schema === fieldSchema && !isNullable,
      isTwin: wanted.schema !== fieldSchema,
    }))
  })
}

/** A field that a column wants. */
interface WantedName {
  readonly title: string
  /** What the field is named after. */
  readonly plain: string
  readonly schema: JsonObject
}

/** The field of a column, and its twin if it has one. */
function namesOf({ name, fieldSchema, twinSchema }: DescribedColumn): readonly WantedName[] {
  const own = { title: name, plain: name, schema: fieldSchema }
  if (twinSchema === undefined) return [own]
  return [own, { title: `${name} as a decimal`, plain: `${name}_number`, schema: twinSchema }]
}

/** Names that columns have already. */
function keptNames(columns: readonly DescribedColumn[], known: JsonObject): ReadonlyMap<string, string> {
  const fields = objectAt(known, 'properties') ?? {}
  const kept = columns.flatMap(namesOf).map((wanted) => [keyOf(wanted), keptName(fields, wanted)] as const)
  return new Map(kept.filter((each): each is [string, string] => each[1] !== undefined))
}

function keyOf({ title, plain }: WantedName): string {
  return JSON.stringify([title, plain])
}

/** Of several fields that a column has had, one that takes its values still, else the newest. */
function keptName(fields: JsonObject, { title, plain, schema }: WantedName): string | undefined {
  const base = freeName(plain, new Set())
  const isNamedAfter = (name: string) => name.startsWith(base) && /^(_\d+)?$/.test(name.slice(base.length))
  const names = Object.keys(fields).filter(
    (name) => isNamedAfter(name) && objectAt(fields, name)?.['title'] === title,
  )
  return (
    names.find((name) => xdmTypeRelation(objectAt(fields, name) ?? {}, schema) === 'same') ?? names.at(-1)
  )
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
