import type { ColumnType } from '#columns/column-type.ts'

/**
 * How the text that PostgreSQL prints of a value with parts is to be read. Values with parts travel as that text,
 * which is exact, and are taken apart where a mapping asks for their parts. Plain data: it travels between threads.
 */
export type TextShape =
  /** `type` is that of the lake which holds every value exactly. */
  | { readonly kind: 'scalar'; readonly type: ColumnType }
  /** `{1,NULL,"a b"}`; items are apart by the delimiter of their type. */
  | { readonly kind: 'array'; readonly element: TextShape; readonly delimiter: string }
  /** `[1,5)`, `(,5]`, `empty` */
  | { readonly kind: 'range'; readonly bound: TextShape }
  /** `{[1,2),[5,6)}` */
  | { readonly kind: 'multirange'; readonly bound: TextShape }
  /** `(1,"a b",)` */
  | { readonly kind: 'composite'; readonly fields: readonly ShapeField[] }
  /** `"a"=>"1", "b"=>NULL` */
  | { readonly kind: 'hstore' }
  /** `1 year 2 mons -3 days 04:05:06.5` */
  | { readonly kind: 'interval' }
  /** `[1,2.5]` of pgvector. */
  | { readonly kind: 'vector' }

export interface ShapeField {
  readonly name: string
  readonly shape: TextShape
}

/** A type as the catalogue of a server has it, as far as shapes need it. */
export interface CatalogueType {
  readonly oid: number
  /** Name of the function that reads its text: `array_in`, `record_in`. */
  readonly inputFunction: string
  /** Of an array. */
  readonly elementOid: number
  /** Between the items of an array of it. */
  readonly delimiter: string
  /** Of a domain. */
  readonly baseOid: number
  /** That a domain puts on its base. */
  readonly typmod: number
  /** Of a range or multirange. */
  readonly subtypeOid: number
  /** Of a composite, in order. */
  readonly attributes: readonly CatalogueAttribute[]
}

export interface CatalogueAttribute {
  readonly name: string
  readonly typeOid: number
  readonly typmod: number
  /** `format_type`. */
  readonly typeName: string
}

/** What is nested deeper is read as text. */
const MAX_DEPTH = 8

/** Names that both a schema and a path can have as they are. */
const PLAIN_NAME = /^[A-Za-z][A-Za-z0-9_-]*$/

export interface ShapeContext {
  readonly types: ReadonlyMap<number, CatalogueType>
  /** The exact type of the lake for a type without parts. */
  readonly scalarOf: (oid: number, typmod: number) => ColumnType
}

/** The shape of a type; a scalar where it has no parts that could be told apart. */
export function shapeOfType(oid: number, typmod: number, context: ShapeContext, depth = 0): TextShape {
  const type = context.types.get(oid)
  const inner = (innerOid: number, innerTypmod: number) =>
    shapeOfType(innerOid, innerTypmod, context, depth + 1)
  const scalar = (): TextShape => ({ kind: 'scalar', type: context.scalarOf(oid, typmod) })
  if (type === undefined || depth > MAX_DEPTH) return scalar()
  switch (type.inputFunction) {
    case 'domain_in':
      return inner(type.baseOid, typmod < 0 ? type.typmod : typmod)
    case 'array_in': {
      const delimiter = context.types.get(type.elementOid)?.delimiter ?? ','
      return { kind: 'array', element: inner(type.elementOid, typmod), delimiter }
    }
    case 'range_in':
      return { kind: 'range', bound: inner(type.subtypeOid, -1) }
    case 'multirange_in':
      return { kind: 'multirange', bound: inner(type.subtypeOid, -1) }
    case 'record_in':
      return compositeOf(type, inner) ?? scalar()
    case 'hstore_in':
      return { kind: 'hstore' }
    case 'interval_in':
      return { kind: 'interval' }
    case 'vector_in':
    case 'halfvec_in':
      return { kind: 'vector' }
    default:
      return scalar()
  }
}

function compositeOf(
  { attributes }: CatalogueType,
  shapeOf: (oid: number, typmod: number) => TextShape,
): TextShape | undefined {
  const isPlain = attributes.every(({ name }) => PLAIN_NAME.test(name))
  const isDistinct = new Set(attributes.map(({ name }) => name.toLowerCase())).size === attributes.length
  if (attributes.length === 0 || !isPlain || !isDistinct) return undefined
  return {
    kind: 'composite',
    fields: attributes.map(({ name, typeOid, typmod }) => ({ name, shape: shapeOf(typeOid, typmod) })),
  }
}
