import { createInterface } from 'node:readline'
import type { LakeStorage } from '#lake/storage/lake-storage.ts'
import { type ExportedBatch, fileNameOf } from './file-reader.ts'

/** A file of rejected rows, one JSON object a line. */
export interface DiagnosticsFile {
  readonly key: string
  /** `conversion_errors_0.json`. */
  readonly name: string
  readonly sizeBytes: number
}

const FILE_NAME = /^\w[\w-]*(\.[\w-]+)*\.json$/

/** Both spellings are in use. */
const SAMPLE_NAMES: ReadonlySet<string> = new Set(['row_errors_sample.json', 'row_error_samples.json'])

export function isSampleName(path: string): boolean {
  return SAMPLE_NAMES.has(path)
}

function folderOf(batch: ExportedBatch): string {
  return `${batch.location}/diagnostics/${batch.id}/row_errors/`
}

/** The files of rejected rows that a batch left, by name. */
export async function listDiagnostics(
  storage: LakeStorage,
  batch: ExportedBatch,
): Promise<readonly DiagnosticsFile[]> {
  const files: DiagnosticsFile[] = []
  for await (const { key, sizeBytes } of storage.list(folderOf(batch))) {
    const name = fileNameOf(key)
    if (key === folderOf(batch) + name && FILE_NAME.test(name)) files.push({ key, name, sizeBytes })
  }
  return files
}

/** The key of one such file; `undefined` for anything that is no name of one. */
export function diagnosticsKey(batch: ExportedBatch, name: string): string | undefined {
  return FILE_NAME.test(name) ? folderOf(batch) + name : undefined
}

const SAMPLE_ROWS = 100

/** The first rejected rows of all files: enough to see what is wrong, small enough to show. */
export async function sampleDiagnostics(
  storage: LakeStorage,
  files: readonly DiagnosticsFile[],
): Promise<string> {
  const lines: string[] = []
  for (const { key } of files) {
    if (lines.length >= SAMPLE_ROWS) break
    const stream = await storage.openRead(key)
    for await (const line of createInterface({ input: stream, crlfDelay: Number.POSITIVE_INFINITY })) {
      if (line !== '') lines.push(`${line}\n`)
      if (lines.length >= SAMPLE_ROWS) break
    }
    stream.destroy()
  }
  return lines.join('')
}
