import { closeSync, fdatasyncSync, openSync, rmSync, writeSync } from 'node:fs'
import { ColumnDigester } from '#columns/digest.ts'
import type { ColumnBatch } from '#columns/vector.ts'
import type { ExtractTask, LeafProof, SliceOutput, SliceWarning } from '#engine/task.ts'
import { ParquetWriter } from '#lake/parquet/parquet-writer.ts'
import { readBack } from '#lake/query/verify-file.ts'
import { type CompiledMapping, compileMapping, type MappedBatch } from '#mapping/compile-mapping.ts'
import { DiagnosticsFile } from './diagnostics-file.ts'

/**
 * Turns the batches of one slice into its part file, row by row accounted for: what is read is either written
 * or set aside with its reason. `finish` reads the file back with DuckDB and compares digests field by field.
 */
export class SliceWriter {
  readonly #task: ExtractTask
  readonly #mapping: CompiledMapping
  readonly #writer: ParquetWriter
  readonly #digests: readonly ColumnDigester[]
  readonly #diagnostics: DiagnosticsFile
  readonly #warnings = new Map<string, SliceWarning>()
  readonly #rejectCounts: Record<string, number> = {}
  readonly #file: number
  #isOpen = true
  #rowsRead = 0
  #rowsWritten = 0
  #rowsRejected = 0

  constructor(task: ExtractTask) {
    this.#task = task
    this.#file = openSync(task.partPath, 'wx')
    this.#mapping = compileMapping(task.mapping, { nowMs: task.nowMs })
    this.#writer = new ParquetWriter({
      fields: task.fields,
      sink: { write: (chunk) => writeFully(this.#file, chunk) },
      keyValues: task.keyValues,
    })
    this.#digests = this.#writer.leaves.map((leaf) => new ColumnDigester(leaf.type))
    this.#diagnostics = new DiagnosticsFile(task.diagnosticsPath, task.columns)
  }

  add(batch: ColumnBatch): void {
    const mapped = this.#mapping.apply(batch)
    this.#digests.forEach((digest, index) => {
      const column = mapped.columns[index]
      if (column !== undefined) digest.addVector(column, mapped.rowCount)
    })
    this.#writer.append(mapped.columns, mapped.rowCount)
    this.#account(batch, mapped)
  }

  async finish(): Promise<SliceOutput> {
    const summary = this.#writer.finish()
    fdatasyncSync(this.#file)
    this.#close()
    const hasRows = this.#rowsWritten > 0
    const proof = hasRows ? await this.#prove() : []
    if (!hasRows) rmSync(this.#task.partPath)
    return {
      rowsRead: this.#rowsRead,
      rowsWritten: this.#rowsWritten,
      rowsRejected: this.#rowsRejected,
      bytesRead: 0,
      part: hasRows ? summary : undefined,
      proof,
      warnings: [...this.#warnings.values()],
      rejectCounts: this.#rejectCounts,
      hasDiagnostics: this.#diagnostics.finish(),
    }
  }

  [Symbol.dispose](): void {
    this.#close()
    this.#diagnostics.close()
  }

  #account(batch: ColumnBatch, mapped: MappedBatch): void {
    this.#rowsRead += batch.rowCount
    this.#rowsWritten += mapped.rowCount
    this.#rowsRejected += mapped.rejects.length
    for (const { path, code, message, count } of mapped.warnings) {
      const key = `${path} ${code}`
      this.#warnings.set(key, { path, code, message, count: count + (this.#warnings.get(key)?.count ?? 0) })
    }
    for (const reject of mapped.rejects) {
      for (const code of new Set(reject.problems.map((problem) => problem.code))) {
        this.#rejectCounts[code] = (this.#rejectCounts[code] ?? 0) + 1
      }
      this.#diagnostics.add(batch, reject)
    }
  }

  /** The second hand: DuckDB decodes the file from disk, and each field must digest to what was handed in. */
  async #prove(): Promise<LeafProof[]> {
    const { leaves } = this.#writer
    const landed = await readBack(this.#task.partPath, leaves)
    return leaves.map((leaf, index) => {
      const [sent, found] = [this.#digests[index]?.result(), landed.columns[index]]
      if (sent === undefined || found === undefined) throw new Error(`no digest of ${leaf.path.join('.')}`)
      return { path: leaf.path.join('.'), sent, landed: found }
    })
  }

  #close(): void {
    if (this.#isOpen) closeSync(this.#file)
    this.#isOpen = false
  }
}

function writeFully(file: number, chunk: Uint8Array): void {
  let written = 0
  while (written < chunk.byteLength) written += writeSync(file, chunk, written)
}
