import { isColumnType, isLeaf, type LakeColumn } from '#columns/column-type.ts'
import type { Digester } from '#columns/nested-digest.ts'
import type { FieldProof, LeafProof } from '#engine/task.ts'
import type { ColumnSummary, ParquetFileSummary } from '#lake/parquet/parquet-writer.ts'
import { showBound } from '#lake/parquet/show-bound.ts'
import { hasOrder } from '#lake/query/plain-extremes.ts'
import type { FileProof, LandedColumn } from '#lake/query/verify-file.ts'

/** What is known on both sides of a file. */
export interface BothSides {
  /** Of what the encoder was given; empty where the level asks for none. */
  readonly digests: readonly Digester[]
  readonly summary: ParquetFileSummary
  readonly rowCount: number
  readonly landed: FileProof
}

/** Both sides of each field. @throws RangeError when the file has another number of rows than were written */
export function proofsOf(
  columns: readonly LakeColumn[],
  { digests, summary, rowCount, landed }: BothSides,
): LeafProof[] {
  const summaries = new Map(summary.columns.map((column) => [column.fieldId, column]))
  return columns.map((column, index) => {
    const found = landed.columns[index]
    if (found === undefined) throw new Error(`nothing was found of ${column.path.join('.')}`)
    const known = summaries.get(column.id)
    const sent = { ...countsOf(known, rowCount, found), ...digests[index]?.result() }
    return {
      path: column.path.join('.'),
      sent: { ...sent, ...endsOf(column, known, found) },
      landed: toFieldProof(column, found, known),
    }
  })
}

/** A list or map has no counts of its own; its rows are compared by its digest. */
function countsOf(
  known: ColumnSummary | undefined,
  rowCount: number,
  found: LandedColumn,
): Pick<FieldProof, 'valueCount' | 'nullCount'> {
  if (known?.nullCount === undefined) return { valueCount: found.valueCount, nullCount: found.nullCount }
  return { valueCount: rowCount - known.nullCount, nullCount: known.nullCount }
}

function toFieldProof(column: LakeColumn, found: LandedColumn, known: ColumnSummary | undefined): FieldProof {
  const { valueCount, nullCount, digest } = found
  const base = { valueCount, nullCount, ...(digest === undefined ? {} : { digest }) }
  return known === undefined ? base : { ...base, ...endsOf(column, found, known) }
}

interface Bounds {
  readonly lower?: Uint8Array | undefined
  readonly upper?: Uint8Array | undefined
}

/** Ends that both sides know: one of them may have none, as of a text that cannot be cut. */
function endsOf(column: LakeColumn, own: Bounds | undefined, other: Bounds): Pick<FieldProof, 'min' | 'max'> {
  if (!isLeaf(column) || !isColumnType(column.type) || !hasOrder(column.type)) return {}
  const { type } = column
  return {
    ...(own?.lower && other.lower && { min: showBound(type, own.lower) }),
    ...(own?.upper && other.upper && { max: showBound(type, own.upper) }),
  }
}
