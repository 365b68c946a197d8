import { createInterface } from 'node:readline'
import type { LakeStorage } from '#lake/storage/lake-storage.ts'
import { type ExportedBatch, fileNameOf } from './file-reader.ts'

/** A file of rejected rows, one JSON object a line. */
export interface DiagnosticsFile {
  readonly key: string
  /** `conversion_errors_0.json`: what stands in its rows, too. */
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

/** In the lake a file has the attempt that wrote it in its name. */
const OF_ATTEMPT = /^(\w+_errors_\d+)_\d+-[0-9a-f-]{36}(\.json)$/

/** The files of rejected rows that a batch left, by name. */
export async function listDiagnostics(
  storage: LakeStorage,
  batch: ExportedBatch,
): Promise<readonly DiagnosticsFile[]> {
  const files: DiagnosticsFile[] = []
  const folder = folderOf(batch)
  for await (const { key, sizeBytes } of storage.list(folder)) {
    const name = fileNameOf(key)
    const isOne = key === folder + name && FILE_NAME.test(name)
    if (isOne) files.push({ key, name: name.replace(OF_ATTEMPT, '$1$2'), sizeBytes })
  }
  return files.sort((a, b) => a.name.localeCompare(b.name, 'en', { numeric: true }))
}

/** One such file, by the name that clients know or its own; `undefined` when there is none. */
export async function findDiagnostics(
  storage: LakeStorage,
  batch: ExportedBatch,
  name: string,
): Promise<DiagnosticsFile | undefined> {
  const files = await listDiagnostics(storage, batch)
  // While a run is at work a slice may have one of each attempt.
  return files.findLast((file) => file.name === name || fileNameOf(file.key) === name)
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
