import { type ColumnType, isColumnType } from '#columns/column-type.ts'
import type { MappingPlan } from '#mapping/mapping-plan.ts'

/** What a flow does with the columns of its source. */
export interface SourceUse {
  /** Columns that it can't do without: what the mapping reads, what the source connection selects, and `fixed`. */
  readonly reads: ReadonlySet<string>
  /** The delta column and those of the row filter: what they mean decides which rows come. */
  readonly fixed: ReadonlySet<string>
  /** Columns that nobody names: without a mapping set each goes to the field of its name, if there is one. */
  readonly unnamed: ReadonlySet<string>
  /** Types of the fields that a column goes to as it is. */
  readonly fieldTypes: ReadonlyMap<string, readonly ColumnType[]>
  /** Columns that are part of an expression, or of a list or map. */
  readonly computed: ReadonlySet<string>
}

export interface WantedColumns {
  readonly fixed: ReadonlySet<string>
  readonly selected: readonly string[]
  readonly hasMapping: boolean
}

/** The use that a mapping plan makes of columns, and whatever else is read. */
export function sourceUse(plan: MappingPlan, { fixed, selected, hasMapping }: WantedColumns): SourceUse {
  const fieldTypes = new Map<string, ColumnType[]>()
  const computed = new Set<string>()
  const nameOf = (column: number): string => plan.usedColumns[column] ?? ''
  for (const { from, leaf } of plan.outputs) {
    if (from.kind === 'column' && isColumnType(leaf.type)) {
      const name = nameOf(from.column)
      fieldTypes.set(name, [...(fieldTypes.get(name) ?? []), leaf.type])
    } else {
      for (const column of columnsIn(from)) computed.add(nameOf(column))
    }
  }
  const unnamed = hasMapping ? [] : plan.usedColumns.filter((name) => !selected.includes(name))
  const reads = new Set([...plan.usedColumns, ...selected, ...fixed])
  return { reads, fixed, unnamed: new Set(unnamed), fieldTypes, computed }
}

/** Columns anywhere in an output that is computed. */
function columnsIn(part: unknown): number[] {
  if (typeof part !== 'object' || part === null) return []
  const own = 'column' in part && typeof part.column === 'number' ? [part.column] : []
  return [...own, ...Object.values(part).flatMap(columnsIn)]
}
