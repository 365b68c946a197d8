import type { JsonObject } from '#kit/json.ts'
import type { StoredDataset } from './dataset-store.ts'

const SAME = [
  'name',
  'description',
  'imsOrg',
  'sandboxId',
  'created',
  'updated',
  'createdClient',
  'createdUser',
  'updatedUser',
  'version',
  'basePath',
  'fileDescription',
  'schemaRef',
  'tags',
]

/** The one view of a dataset, which has all of its fields. */
export function viewOf({ id, document }: StoredDataset): {
  readonly id: string
  readonly document: JsonObject
} {
  const viewId = String(document['viewId'])
  const same = SAME.filter((name) => document[name] !== undefined).map((name) => [
    name,
    document[name] ?? null,
  ])
  return {
    id: viewId,
    document: {
      ...Object.fromEntries(same),
      dataSetId: id,
      isDefault: true,
      files: `@/dataSets/${id}/views/${viewId}/files`,
    },
  }
}
