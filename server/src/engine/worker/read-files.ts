import { createReadStream } from 'node:fs'
import type { ImportTask, InputFile } from '#engine/task.ts'
import { ParquetUnreadableError, readParquet } from '#lake/query/read-parquet.ts'
import { FileFormatError } from '#source/files/file-record.ts'
import { splitterOf, type TextFormat } from '#source/files/splitter-of.ts'
import type { RecordWriter } from './record-writer.ts'

/** A file of a batch can't be read as a whole; the message names it. */
export class InputFileError extends Error {
  override readonly name = 'InputFileError'
  readonly code: string

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}

export interface FileCounts {
  readonly rowCount: number
  readonly byteCount: number
}

/**
 * Puts the records of all files of a task into the ring.
 * @throws InputFileError; the signal's reason; what the ring throws
 */
export async function readFiles(
  { files, format }: Pick<ImportTask, 'files' | 'format'>,
  writer: RecordWriter,
  signal: AbortSignal,
): Promise<FileCounts> {
  let byteCount = 0
  for (const file of files) {
    try {
      byteCount +=
        format.kind === 'parquet'
          ? await readParquetFile(file, writer, signal)
          : await readTextFile(file, format, { writer, signal })
    } catch (error) {
      throw asInputFileError(file, error)
    }
  }
  writer.flush()
  return { rowCount: writer.rowCount, byteCount }
}

const CHUNK_BYTES = 1 << 20

async function readTextFile(
  { paths }: InputFile,
  format: TextFormat,
  { writer, signal }: { readonly writer: RecordWriter; readonly signal: AbortSignal },
): Promise<number> {
  const splitter = splitterOf(format)
  let byteCount = 0
  for (const path of paths) {
    for await (const chunk of createReadStream(path, { highWaterMark: CHUNK_BYTES })) {
      signal.throwIfAborted()
      byteCount += (chunk as Buffer).length
      for (const record of splitter.push(chunk as Buffer)) writer.add(record)
    }
  }
  for (const record of splitter.end()) writer.add(record)
  return byteCount
}

async function readParquetFile(
  { paths }: InputFile,
  writer: RecordWriter,
  signal: AbortSignal,
): Promise<number> {
  let byteCount = 0
  for (const path of paths) {
    await readParquet(path, {
      signal,
      onRows: (rows) => {
        for (const row of rows) {
          const bytes = Buffer.from(JSON.stringify(row))
          byteCount += bytes.length
          writer.add({ bytes, isBroken: false })
        }
      },
    })
  }
  return byteCount
}

function asInputFileError({ name }: InputFile, error: unknown): unknown {
  const isOfFormat = error instanceof FileFormatError || error instanceof ParquetUnreadableError
  if (!isOfFormat) return error
  const code = error instanceof FileFormatError ? error.code : 'HW-FILE-UNREADABLE'
  return new InputFileError(code, `The file "${name}" ${error.message}.`, { cause: error })
}
