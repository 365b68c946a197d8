import type { ShapeColumn, SourceShape } from './source-shape.ts'

/** A column of before and what has become of it. */
export interface ColumnPair {
  readonly was: ShapeColumn
  readonly is: ShapeColumn
  /** Another column of the relation has its name. */
  readonly isReplaced: boolean
}

export interface PairedColumns {
  readonly kept: readonly ColumnPair[]
  readonly dropped: readonly ShapeColumn[]
  readonly added: readonly ShapeColumn[]
}

/**
 * Which columns of two shapes are the same. Within one relation the number of a column tells, so that a new name is
 * no new column; what has a name again after its column was dropped is taken for that column. Between relations only
 * names can tell.
 */
export function pairColumns(before: SourceShape, after: SourceShape): PairedColumns {
  const byNumber = before.oid === after.oid ? pairBy(before.columns, after.columns, numberOf) : []
  const restBefore = without(
    before.columns,
    byNumber.map(({ was }) => was),
  )
  const restAfter = without(
    after.columns,
    byNumber.map(({ is }) => is),
  )
  const isReplaced = before.oid === after.oid
  const byName = pairBy(restBefore, restAfter, nameOf).map((pair) => ({ ...pair, isReplaced }))
  return {
    kept: [...byNumber, ...byName],
    dropped: without(
      restBefore,
      byName.map(({ was }) => was),
    ),
    added: without(
      restAfter,
      byName.map(({ is }) => is),
    ),
  }
}

function numberOf({ number }: ShapeColumn): number {
  return number
}

function nameOf({ name }: ShapeColumn): string {
  return name
}

function pairBy<Key>(
  before: readonly ShapeColumn[],
  after: readonly ShapeColumn[],
  keyOf: (column: ShapeColumn) => Key,
): ColumnPair[] {
  const known = new Map(after.map((column) => [keyOf(column), column]))
  return before.flatMap((was) => {
    const is = known.get(keyOf(was))
    return is === undefined ? [] : [{ was, is, isReplaced: false }]
  })
}

function without(columns: readonly ShapeColumn[], taken: readonly ShapeColumn[]): ShapeColumn[] {
  const gone = new Set(taken)
  return columns.filter((column) => !gone.has(column))
}
