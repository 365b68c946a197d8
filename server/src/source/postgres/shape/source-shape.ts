import type { RelationKind } from '#source/postgres/sql/relation-kinds.ts'
import type { TextShape } from '#typemap/text-shape.ts'

/**
 * What a relation looks like to those who read it: all that can change under a flow and matter to its rows. Plain
 * JSON, since it is remembered from run to run; members that came later are optional.
 */
export interface SourceShape {
  /** As its readers name it: `public.orders`. */
  readonly path: string
  readonly kind: RelationKind
  readonly oid: number
  readonly columns: readonly ShapeColumn[]
  /** Names in the key's order; empty without a key. */
  readonly primaryKey: readonly string[]
  /** Partitions and inheriting children at any depth, in the order of their names, the first thousand. */
  readonly children: readonly string[]
  readonly childCount: number
  /** Row-level security filters what the user sees of it. */
  readonly isRowFiltered: boolean
  /** Of the query of a view or materialised view; absent for what stores its rows. */
  readonly queryDigest?: string | undefined
}

export interface ShapeColumn {
  readonly name: string
  /** Stays with a column for life, whatever it is called. Another relation of the same name has its own numbers. */
  readonly number: number
  /** As PostgreSQL prints it, with modifiers: `numeric(12,2)`. */
  readonly typeName: string
  /** How the lake holds every value of it exactly: `decimal(12,2)`. */
  readonly lakeType: string
  /** What it is made of, where its values have parts. */
  readonly parts?: TextShape | undefined
  readonly isNullable: boolean
  /** The user may read it. */
  readonly isReadable: boolean
  /** As SQL; of a generated column how it is computed. */
  readonly defaultSql?: string | undefined
  /** Where its values come from when no writer gives them. */
  readonly generated?: 'stored' | 'virtual' | 'identity' | undefined
  /** What the domain of its type demands, as SQL; absent for what is no domain. */
  readonly domainRules?: readonly string[] | undefined
  /** Labels in their order, each with the number that it keeps when it is renamed; absent for what is no enum. */
  readonly enumLabels?: readonly EnumLabel[] | undefined
}

export interface EnumLabel {
  readonly number: number
  readonly label: string
}
