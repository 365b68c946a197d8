import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { hasPyiceberg, pyicebergTitle, readWithPyiceberg } from '@headwater/testkit/pyiceberg.ts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { lines, openUploadWorld, type UploadWorld } from './uploads.ts'

/** What another reader of the lake finds of batches that were uploaded, replaced and taken back. */
let world: UploadWorld

beforeAll(async () => {
  world = await openUploadWorld()
})

afterAll(async () => {
  await world?.[Symbol.asyncDispose]()
})

/** The ids that pyiceberg reads in the table of a dataset, which it finds by its path. */
async function idsOf(datasetId: string): Promise<number[]> {
  const folder = join(world.server.lakeDir, 'prod', datasetId, 'metadata')
  const version = await readFile(join(folder, 'version-hint.text'), 'utf8')
  const { data } = await readWithPyiceberg(join(folder, `v${version}.metadata.json`), '--rows')
  const rows = (data ?? []) as { _headwater: { id: number } }[]
  return rows.map(({ _headwater }) => _headwater.id).sort((a, b) => a - b)
}

/** The path of the newest metadata is told a moment after the commit. */
async function untilRead(datasetId: string, ids: readonly number[]): Promise<void> {
  await expect.poll(() => idsOf(datasetId), { timeout: 10_000 }).toEqual(ids)
}

describe(pyicebergTitle, () => {
  test.skipIf(!hasPyiceberg)(
    'reads what is seen, and nothing of what was replaced or taken back',
    async () => {
      const datasetId = await world.makeDataset()
      const first = await world.upload(datasetId, lines({ id: 1 }, { id: 2 }))
      await world.upload(datasetId, lines({ id: 3 }))
      await untilRead(datasetId, [1, 2, 3])
      const replay = { predecessors: [first.id], reason: 'replace' }
      const second = await world.upload(datasetId, lines({ id: 4 }), { replay })
      await untilRead(datasetId, [3, 4])
      await world.act(second.id, 'REVERT')
      await untilRead(datasetId, [3])
    },
  )
})
