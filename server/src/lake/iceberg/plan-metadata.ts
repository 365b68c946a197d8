import {
  currentSnapshotOf,
  MAX_LOGGED_METADATA_FILES,
  type MetadataJson,
  type SchemaJson,
  type SnapshotJson,
} from './metadata.ts'
import { fieldsFromIceberg, largestFieldId } from './schema-json.ts'

export interface MetadataPlan {
  readonly schema: SchemaJson
  readonly previousFile: string
  readonly timestampMs: number
  /** Snapshots that the table has no longer, by id. */
  readonly expired?: ReadonlySet<string> | undefined
  readonly snapshot: Pick<SnapshotJson, 'snapshot-id' | 'sequence-number' | 'manifest-list' | 'summary'>
}

/** The metadata file with one snapshot more. */
export function planMetadata(base: MetadataJson, plan: MetadataPlan): MetadataJson {
  const { schema, snapshot, timestampMs } = plan
  const parent = currentSnapshotOf(base)
  const id = snapshot['snapshot-id']
  const isNewSchema = !base.schemas.some((known) => known['schema-id'] === schema['schema-id'])
  const previous = { 'metadata-file': plan.previousFile, 'timestamp-ms': base['last-updated-ms'] }
  return {
    ...base,
    'last-sequence-number': snapshot['sequence-number'],
    'last-updated-ms': timestampMs,
    'last-column-id': Math.max(base['last-column-id'], largestFieldId(fieldsFromIceberg(schema.fields))),
    'current-schema-id': schema['schema-id'],
    schemas: isNewSchema ? [...base.schemas, schema] : base.schemas,
    refs: { ...base.refs, main: { 'snapshot-id': id, type: 'branch' } },
    'current-snapshot-id': id,
    snapshots: [
      ...keptSnapshots(base, plan.expired),
      {
        ...snapshot,
        ...(parent && { 'parent-snapshot-id': parent['snapshot-id'] }),
        'timestamp-ms': timestampMs,
        'schema-id': schema['schema-id'],
      },
    ],
    'snapshot-log': [...keptLog(base, plan.expired), { 'snapshot-id': id, 'timestamp-ms': timestampMs }],
    'metadata-log': logWith(base, previous),
  }
}

/** The metadata file with some snapshots less and none more. The current one is none of them. */
export function planExpiry(
  base: MetadataJson,
  {
    expired,
    previousFile,
    timestampMs,
  }: Required<Pick<MetadataPlan, 'expired' | 'previousFile' | 'timestampMs'>>,
): MetadataJson {
  const previous = { 'metadata-file': previousFile, 'timestamp-ms': base['last-updated-ms'] }
  return {
    ...base,
    'last-updated-ms': timestampMs,
    snapshots: keptSnapshots(base, expired),
    'snapshot-log': keptLog(base, expired),
    'metadata-log': logWith(base, previous),
  }
}

type MetadataLog = NonNullable<MetadataJson['metadata-log']>

function logWith(base: MetadataJson, previous: MetadataLog[number]): MetadataLog {
  return [...(base['metadata-log'] ?? []), previous].slice(-MAX_LOGGED_METADATA_FILES)
}

function keptSnapshots(
  { snapshots = [] }: MetadataJson,
  expired: MetadataPlan['expired'],
): readonly SnapshotJson[] {
  return snapshots.filter((snapshot) => expired?.has(String(snapshot['snapshot-id'])) !== true)
}

/** What lies before a gap is no history of the table any more. */
function keptLog(
  { 'snapshot-log': log = [] }: MetadataJson,
  expired: MetadataPlan['expired'],
): NonNullable<MetadataJson['snapshot-log']> {
  const gap = log.findLastIndex((entry) => expired?.has(String(entry['snapshot-id'])) === true)
  return log.slice(gap + 1)
}
