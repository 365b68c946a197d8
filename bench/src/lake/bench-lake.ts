import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import type { LakeField } from '@headwater/server/columns/column-type.ts'
import type { DataFile } from '@headwater/server/lake/iceberg/data-file.ts'
import { expireMetadataFiles, publishHint } from '@headwater/server/lake/iceberg/publish-hint.ts'
import { stageAppend } from '@headwater/server/lake/iceberg/stage-append.ts'
import { createTable } from '@headwater/server/lake/iceberg/table.ts'
import { openFolderStorage } from '@headwater/server/lake/storage/folder-storage.ts'
import type { LakeStorage } from '@headwater/server/lake/storage/lake-storage.ts'
import { printTable } from '../table.ts'
import { measureCompaction } from './measure-compaction.ts'

const LOCATION = 'prod/bench'
const MB = 1024 * 1024

/**
 * How the metadata of one table grows with its commits: one file of some columns each, and nothing that has expired is
 * removed, as within the first day. Names of files are as long as those of runs. Then what it takes to make one file
 * of many small ones.
 */
export async function benchLake(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      commits: { type: 'string', default: '2000' },
      columns: { type: 'string', default: '20' },
      'small-files': { type: 'string', default: '500' },
    },
  })
  const [commits, columns] = [Number(values.commits), Number(values.columns)]
  const folder = await mkdtemp(join(tmpdir(), 'headwater-bench-lake-'))
  await using storage = await openFolderStorage(folder)
  try {
    const fields = Array.from({ length: columns }, (_, index) => fieldOf(index + 1))
    let { metadataKey } = await createTable(storage, { location: LOCATION, fields, nowMs: Date.now() })
    const rows: string[][] = []
    let markMs = performance.now()
    for (let commit = 1; commit <= commits; commit++) {
      metadataKey = await append(storage, metadataKey, fileOf(commit, columns))
      if (commit % Math.max(1, Math.floor(commits / 10)) !== 0) continue
      const tookMs = performance.now() - markMs
      rows.push([String(commit), ...(await measure(storage)), (tookMs / (commits / 10)).toFixed(1)])
      markMs = performance.now()
    }
    printTable(['commits', 'files', 'MB', 'ms a commit'], rows)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
  await measureCompaction(Number(values['small-files']), columns)
}

async function append(storage: LakeStorage, metadataKey: string, file: DataFile): Promise<string> {
  const summary = {
    'headwater.batch-id': '01JDRP2Z3V5Q8W9X0Y1Z2A3B4C',
    'headwater.run-id': '0193a3f2-6f0e-7c63-9a51-3f5f9c2b7a10',
    'headwater.flow-id': '0193a3f2-6f0e-7c63-9a51-3f5f9c2b7a11',
  }
  const staged = await stageAppend(storage, metadataKey, { files: [file], summary, nowMs: Date.now() })
  await publishHint(storage, staged.metadataKey)
  await expireMetadataFiles(storage, staged.metadataKey)
  return staged.metadataKey
}

function fieldOf(id: number): LakeField {
  return { id, name: `a_column_with_a_name_${id}`, required: false, type: { kind: 'string' } }
}

function fileOf(commit: number, columns: number): DataFile {
  const bound = (text: string) => Buffer.from(`${text} of commit ${commit}`)
  return {
    key: `${LOCATION}/data/0193a3f2-6f0e-7c63-9a51-${String(commit).padStart(12, '0')}-00000-1.parquet`,
    summary: {
      rowCount: 1_000,
      sizeBytes: 100_000 + commit,
      splitOffsets: [4],
      columns: Array.from({ length: columns }, (_, index) => ({
        fieldId: index + 1,
        valueCount: 1_000,
        nullCount: commit % 7,
        sizeBytes: 5_000 + ((commit * index) % 997),
        lower: bound(`least ${index}`),
        upper: bound(`most ${index}`),
      })),
    },
  }
}

async function measure(storage: LakeStorage): Promise<[files: string, size: string]> {
  let [files, bytes] = [0, 0]
  for await (const { key, sizeBytes } of storage.list(`${LOCATION}/metadata/`)) {
    // The second name of a file in a folder takes no room.
    if (/\/v\d+\.metadata\.json$/.test(key)) continue
    files += 1
    bytes += sizeBytes
  }
  return [String(files), (bytes / MB).toFixed(1)]
}
