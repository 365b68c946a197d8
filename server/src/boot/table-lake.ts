import { formatLakeType, type LakeField } from '#columns/column-type.ts'
import { listDataFiles, SnapshotNotFoundError } from '#lake/iceberg/list-data-files.ts'
import { readTable } from '#lake/iceberg/table.ts'
import type { LakeStorage } from '#lake/storage/lake-storage.ts'
import type { DescribedTable, TableLake } from '#services/monitoring/read-table.ts'

/** The lake as Monitoring looks at it. */
export function createTableLake(storage: LakeStorage): TableLake {
  return {
    async describe(metadataKey) {
      const { location, fields, currentSnapshotId, snapshots } = await readTable(storage, metadataKey)
      return {
        location,
        metadataLocation: storage.uri(metadataKey),
        fields: fields.flatMap((field) => leavesOf(field)),
        currentSnapshotId,
        snapshots,
      }
    },
    async listFiles(metadataKey, snapshotId) {
      try {
        const files = await listDataFiles(storage, metadataKey, { snapshotId })
        return files.map(({ key, ...file }) => ({ path: storage.uri(key), ...file }))
      } catch (error) {
        if (error instanceof SnapshotNotFoundError) return undefined
        throw error
      }
    },
  }
}

type Shown = DescribedTable['fields'][number]

/** Objects are taken apart; lists and maps are named as a whole. */
function leavesOf({ name, type, required }: LakeField, above = ''): readonly Shown[] {
  const path = above + name
  if (type.kind === 'struct') return type.fields.flatMap((field) => leavesOf(field, `${path}.`))
  return [{ path, type: formatLakeType(type), required }]
}
