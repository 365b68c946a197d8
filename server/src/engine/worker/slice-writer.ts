import { rmSync } from 'node:fs'
import { createDigester, type Digester } from '#columns/nested-digest.ts'
import { VectorStage } from '#columns/stage-vectors.ts'
import type { ColumnBatch } from '#columns/vector.ts'
import { IssueCounts } from '#engine/issue-counts.ts'
import { valueColumns } from '#engine/row-origin.ts'
import type { LaneTask, LeafProof, WrittenSlice } from '#engine/task.ts'
import { Kernel } from '#kernel/kernel.ts'
import { DEFAULT_VERIFY_LEVEL, type VerifyLevel } from '#kit/verify-level.ts'
import { type ParquetFileSummary, ParquetWriter } from '#lake/parquet/parquet-writer.ts'
import type { DuckDb } from '#lake/query/duckdb.ts'
import { readBack } from '#lake/query/verify-file.ts'
import { type CompiledMapping, compileMapping, type MappedBatch } from '#mapping/compile-mapping.ts'
import { WireDigester } from '#source/postgres/proof/source-proof.ts'
import { DiagnosticsFile } from './diagnostics-file.ts'
import { proofsOf } from './field-proofs.ts'
import { HeldRows } from './held-rows.ts'
import { explainLength } from './long-text-error.ts'
import { PartFile } from './part-file.ts'
import { patientMapping } from './patient-mapping.ts'
import { RecordRows } from './record-rows.ts'
import { RowErrors } from './row-errors.ts'
import { ColumnRows, type SourceRows } from './source-rows.ts'

/** A record that can't be read, in the short form of its line and in that of the batch. */
const BROKEN = Object.freeze({
  code: 'INGEST-1401-400',
  lineCode: '1401',
  message: 'Row is corrupted and cannot be read, please fix and resend.',
})

export interface SliceWriterOptions {
  /** One of its own by default. */
  readonly kernel?: Kernel | undefined
  /** Reads back; an engine of its own by default, which takes some 10 ms to make. */
  readonly duck?: DuckDb | undefined
  readonly readBack?: typeof readBack | undefined
}

/**
 * Turns the batches of one slice into its part file, row by row accounted for: what is read is either written
 * or set aside with its reason. `finish` reads the file back with DuckDB and compares digests field by field.
 */
export class SliceWriter {
  readonly #rows: SourceRows
  readonly #mapping: CompiledMapping
  readonly #file: PartFile
  readonly #writer: ParquetWriter
  /** Empty where the level asks for none. */
  readonly #digests: readonly Digester[]
  readonly #level: VerifyLevel
  /** At the level `source`. */
  readonly #arrived: WireDigester | undefined
  readonly #stage: VectorStage
  readonly #diagnostics: DiagnosticsFile | undefined
  readonly #errors: RowErrors
  readonly #parsingErrors: DiagnosticsFile | undefined
  readonly #warnings = new IssueCounts()
  readonly #rejects = new IssueCounts()
  readonly #readBack: typeof readBack
  readonly #duck: DuckDb | undefined
  #rowsRead = 0
  #rowsWritten = 0
  #rowsRejected = 0

  constructor(task: LaneTask, options: SliceWriterOptions = {}) {
    const { mapping, fields, keyValues, nowMs, diagnosticsPath, verify = DEFAULT_VERIFY_LEVEL } = task
    this.#level = verify
    if (verify === 'source' && !('files' in task))
      this.#arrived = new WireDigester(valueColumns(task.columns, task.origin))
    const kernel = options.kernel ?? new Kernel()
    this.#readBack = options.readBack ?? readBack
    this.#duck = options.duck
    this.#rows = rowsOf(task)
    const { readers, hasObject } = this.#rows
    this.#mapping = patientMapping(compileMapping(mapping, { nowMs, readers, hasObject }), mapping)
    this.#errors = new RowErrors(mapping, this.#rows)
    const parsingErrorsPath = 'files' in task ? task.parsingErrorsPath : undefined
    if (diagnosticsPath !== undefined) this.#diagnostics = new DiagnosticsFile(diagnosticsPath)
    if (parsingErrorsPath !== undefined) this.#parsingErrors = new DiagnosticsFile(parsingErrorsPath)
    this.#stage = new VectorStage(kernel)
    this.#file = new PartFile(task.partPath)
    try {
      this.#writer = new ParquetWriter({ fields, keyValues, sink: this.#file, kernel })
      const isDigested = verify === 'digest' || verify === 'source'
      this.#digests = isDigested ? this.#writer.columns.map(({ type }) => createDigester(type, kernel)) : []
    } catch (error) {
      this.#file[Symbol.dispose]()
      throw error
    }
  }

  /** @throws LongTextError where a value is longer than what has to be made of it can be */
  add(batch: ColumnBatch): void {
    try {
      this.#add(batch)
    } catch (error) {
      throw explainLength(error)
    }
  }

  #add(batch: ColumnBatch): void {
    this.#arrived?.add(batch)
    const taken = this.#rows.take(batch)
    const mapped = this.#mapping.apply(taken.batch)
    const columns = this.#stage.take(mapped.columns, mapped.rowCount)
    this.#digests.forEach((digest, index) => {
      const column = columns[index]
      if (column !== undefined) digest.addVector(column, mapped.rowCount)
    })
    this.#writer.append(columns, mapped.rowCount)
    this.#rowsRead += batch.rowCount
    this.#accountBroken(taken.broken)
    this.#account(mapped)
  }

  /** @throws ReadBackError; the signal's reason */
  async finish(signal: AbortSignal): Promise<WrittenSlice> {
    this.#rows.assertFitting?.()
    const summary = this.#writer.finish()
    this.#file.finish()
    const hasRows = this.#rowsWritten > 0
    if (!hasRows) rmSync(this.#file.path)
    return {
      rowsRead: this.#rowsRead,
      rowsWritten: this.#rowsWritten,
      rowsRejected: this.#rowsRejected,
      part: hasRows ? summary : undefined,
      proof: hasRows ? await this.#prove(summary, signal) : [],
      arrived: this.#arrived?.result(),
      warnings: [...this.#warnings.list(), ...this.#rows.warnings()],
      rejects: this.#rejects.list(),
      hasDiagnostics: this.#diagnostics?.finish() ?? false,
      hasParsingErrors: this.#parsingErrors?.finish() ?? false,
    }
  }

  [Symbol.dispose](): void {
    this.#file[Symbol.dispose]()
    this.#diagnostics?.[Symbol.dispose]()
    this.#parsingErrors?.[Symbol.dispose]()
  }

  #accountBroken(texts: readonly string[]): void {
    if (texts.length === 0) return
    const { code, lineCode, message } = BROKEN
    this.#rowsRejected += texts.length
    this.#rejects.add({ path: '', code, message, count: texts.length })
    const errors = [{ code: lineCode, message }]
    this.#parsingErrors?.add(texts.map((text) => ({ row: { _corrupt_record: text }, errors })))
  }

  #account({ rowCount, warnings, rejects }: MappedBatch): void {
    this.#rowsWritten += rowCount
    this.#rowsRejected += rejects.length
    for (const warning of warnings) this.#warnings.add(warning)
    for (const { problems } of rejects) {
      for (const { path, code, message } of problems) this.#rejects.add({ path, code, message, count: 1 })
    }
    if (this.#diagnostics === undefined) return
    this.#diagnostics.add(
      rejects.map(({ row, problems }) => ({
        row: this.#rows.rowAt(row),
        errors: this.#errors.of(row, problems),
        source: this.#rows.sourceOf(row),
      })),
    )
  }

  /** The second hand: DuckDB decodes the file from disk, and each field must be what was handed in. */
  async #prove(summary: ParquetFileSummary, signal: AbortSignal): Promise<LeafProof[]> {
    if (this.#level === 'none') return []
    const { columns } = this.#writer
    const level = this.#level === 'counts' ? 'counts' : 'digest'
    const { largestRowGroupBytes } = summary
    const options = { signal, duck: this.#duck, level, largestRowGroupBytes } as const
    const landed = await this.#readBack(this.#file.path, columns, options)
    return proofsOf(columns, { digests: this.#digests, summary, rowCount: this.#rowsWritten, landed })
  }
}

function rowsOf(task: LaneTask): SourceRows {
  const { mapping, fields, columns } = task
  const usedCount = Math.max(1, mapping.usedColumns.length)
  if (!('files' in task)) return new ColumnRows(columns, { usedCount, origin: task.origin })
  return task.held === undefined
    ? new RecordRows(mapping.usedColumns, fields)
    : new HeldRows(task.held, usedCount)
}
