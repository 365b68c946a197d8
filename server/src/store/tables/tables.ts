import type { ColumnType, Generated, GeneratedAlways } from 'kysely'
import type { JsonObject } from '#kit/json.ts'
import type {
  BatchImportTable,
  BatchInputPartTable,
  BatchInputTable,
  ImportSliceTable,
} from './import-tables.ts'
import type { LakeCompactionTable, LakeExpiredTable, LakePolicy } from './lake-tables.ts'
import type { DeliveryTable, SubscriptionTable } from './notification-tables.ts'

/**
 * Row types of the metadata database, one interface a table; `store/migrations` makes them true.
 *
 * Times are epoch milliseconds (`*_at`). A `document` is the resource as the API shows it, secrets left out:
 * filters and sorts of the API work on it, the other columns are what the program itself asks for.
 */
export interface Tables {
  org: OrgTable
  sandbox: SandboxTable
  client: ClientTable
  client_secret: ClientSecretTable
  client_grant: ClientGrantTable
  signing_key: SigningKeyTable
  schema_resource: SchemaResourceTable
  descriptor: DescriptorTable
  identity_namespace: IdentityNamespaceTable
  dataset: DatasetTable
  lake_table: LakeTableTable
  lake_removal: LakeRemovalTable
  lake_expired: LakeExpiredTable
  lake_compaction: LakeCompactionTable
  dataset_label: DatasetLabelTable
  batch: BatchTable
  batch_file: BatchFileTable
  batch_input: BatchInputTable
  batch_input_part: BatchInputPartTable
  batch_import: BatchImportTable
  import_slice: ImportSliceTable
  mapping_set: MappingSetTable
  spec: SpecTable
  connection: ConnectionTable
  source_connection: SourceConnectionTable
  target_connection: TargetConnectionTable
  flow: FlowTable
  flow_run: FlowRunTable
  run_slice: RunSliceTable
  source_shape: SourceShapeTable
  lake_commit: LakeCommitTable
  subscription: SubscriptionTable
  delivery: DeliveryTable
  audit_entry: AuditEntryTable
}

/** A JSON column: objects out, JSON text in (the driver would turn arrays into PostgreSQL arrays). */
export type JsonColumn<T = JsonObject> = ColumnType<T, string, string>

interface OrgTable {
  id: string
  tenant_id: string
  created_at: number
}

interface SandboxTable {
  id: string
  org_id: string
  name: string
  title: string
  type: 'production' | 'development'
  state: 'creating' | 'active' | 'resetting' | 'deleting' | 'deleted' | 'failed'
  region: string
  is_default: boolean
  version: Generated<number>
  created_at: number
  updated_at: number
  created_by: string
  updated_by: string
}

interface ClientTable {
  id: string
  org_id: string
  name: string
  scopes: string[]
  /** `<24 hex>@techacct.adobe.com`: who created and changed things. */
  technical_account_id: string
  created_at: number
  revoked_at: number | null
}

/** What a client may prove itself with: one secret, two while it is rotated. */
interface ClientSecretTable {
  id: string
  client_id: string
  /** `scrypt$<salt>$<hash>`; the secret itself is shown once and kept nowhere. */
  hash: string
  created_at: number
}

interface ClientGrantTable {
  client_id: string
  /** As `http/permissions.ts` has them. */
  permission: string
  /** Null for all sandboxes. */
  sandbox_id: string | null
}

interface SigningKeyTable {
  id: string
  public_jwk: JsonColumn
  /** PKCS #8 text, sealed by the keyring. */
  private_key: string
  created_at: number
}

export interface ScopedTable {
  id: string
  org_id: string
  sandbox_id: string
  created_at: number
  updated_at: number
}

interface SchemaResourceTable extends ScopedTable {
  kind: 'schemas' | 'classes' | 'fieldgroups' | 'datatypes'
  alt_id: string
  title: string
  version: string
  document: JsonColumn
}

interface DescriptorTable extends ScopedTable {
  type: string
  source_schema: string
  document: JsonColumn
}

interface IdentityNamespaceTable {
  id: Generated<number>
  org_id: string
  sandbox_id: string
  code: string
  name: string
  id_type: string
  description: string
  created_at: number
  updated_at: number
}

interface DatasetTable extends ScopedTable {
  name: string
  schema_id: string
  /** Name of the dataset in SQL: lower snake case, unique in the sandbox. */
  table_name: string
  version: number
  document: JsonColumn
}

/** The pointer to a dataset's Iceberg table. A commit moves it by compare-and-swap on `metadata_key`. */
interface LakeTableTable {
  dataset_id: string
  /** Key prefix in the lake: `<sandbox name>/<dataset id>`. */
  location: string
  metadata_key: string
  version: number
  last_column_id: number
  policy: ColumnType<LakePolicy, string | undefined, string>
  /** When and at which version the table was looked after last. */
  tended_at: Generated<number>
  tended_version: Generated<number>
}

/** A folder of the lake to which nothing refers any more and whose files have to go. */
interface LakeRemovalTable {
  location: string
  org_id: string
  sandbox_id: string
  requested_at: number
}

interface DatasetLabelTable {
  dataset_id: string
  etag: string
  document: JsonColumn
  updated_at: number
}

interface BatchTable extends ScopedTable {
  dataset_id: string
  run_id: string | null
  status: string
  document: JsonColumn
}

interface BatchFileTable {
  batch_id: string
  ordinal: number
  key: string
  row_count: number
  size_bytes: number
}

interface MappingSetTable extends ScopedTable {
  version: number
  document: JsonColumn
}

interface SpecTable {
  org_id: string
  kind: 'connectionSpecs' | 'flowSpecs'
  id: string
  name: string
  etag: string
  document: JsonColumn
  created_at: number
  updated_at: number
}

interface EntityTable extends ScopedTable {
  name: string
  state: 'draft' | 'enabled' | 'disabled'
  etag: string
  document: JsonColumn
}

/** What lists look at besides; the database takes it from the document. */
interface ListedTable extends EntityTable {
  description: GeneratedAlways<string | null>
  operation_started_at: GeneratedAlways<number>
  operation_updated_at: GeneratedAlways<number>
}

interface ConnectionTable extends ListedTable {
  spec_id: string
  /** The whole `auth.params` object as JSON, sealed by the keyring; null when there is no auth. */
  auth_params: string | null
}

interface SourceConnectionTable extends ListedTable {
  spec_id: string
  connection_id: string | null
}

interface TargetConnectionTable extends ListedTable {
  spec_id: string
  dataset_id: string | null
}

interface FlowTable extends ListedTable {
  flow_spec_id: string
  source_connection_id: string | null
  target_connection_id: string | null
  /** When the schedule wants the next run; null when it wants none. */
  next_run_at: number | null
  /** End of the last window that was delivered; null before the first. */
  watermark_at: number | null
  source_connection_ids: GeneratedAlways<readonly string[]>
  target_connection_ids: GeneratedAlways<readonly string[]>
  last_run_started_at: GeneratedAlways<number>
  last_run_completed_at: GeneratedAlways<number>
  last_run_state: GeneratedAlways<string>
  is_source_flow: GeneratedAlways<string>
}

/** States of a run: scheduled -> queued -> inProgress -> success | failed | cancelled. */
interface FlowRunTable extends ScopedTable {
  flow_id: string
  /** What its flow was called when the run was asked for; null in rows that are older than the column. */
  flow_name: Generated<string | null>
  state: 'scheduled' | 'queued' | 'inProgress' | 'success' | 'failed' | 'cancelled'
  /** `schedule`, `request` or `retry`: with flow and scheduled_for it makes a tick happen once. */
  origin: 'schedule' | 'request' | 'retry' | 'replay'
  replays: string | null
  scheduled_for: number
  window_start: number | null
  window_end: number | null
  epoch: number
  /** Errors of its planning and its commit; interruptions are no errors. */
  error_count: Generated<number>
  /** When the holder of its snapshot was last heard of, by the clock of the database. */
  held_at: Generated<number | null>
  batch_id: string | null
  started_at: number | null
  completed_at: number | null
  /** What the planner decided (run-plan.ts); null before. */
  plan: JsonColumn<JsonObject | null> | null
  etag: string
  document: JsonColumn
  started_utc: GeneratedAlways<number>
  completed_utc: GeneratedAlways<number>
  records_in: GeneratedAlways<number>
  records_out: GeneratedAlways<number>
  records_skipped: GeneratedAlways<number>
  records_failed: GeneratedAlways<number>
  bytes_in: GeneratedAlways<number>
  bytes_out: GeneratedAlways<number>
}

/** What the source of a flow looked like to the last run that landed. */
interface SourceShapeTable {
  flow_id: string
  run_id: string
  /** See runs/drift/remembered-source.ts. */
  remembered: JsonColumn
  updated_at: number
}

interface RunSliceTable {
  run_id: string
  epoch: number
  ordinal: number
  state: 'pending' | 'done'
  attempt: number
  error_count: Generated<number>
  slice: JsonColumn
  /** Files, counts and digests of the attempt that is done. */
  result: JsonColumn<JsonObject | null> | null
  row_count: number
  byte_count: number
  completed_at: number | null
}

/** Written in the same transaction as the pointer: a run that has a row here has landed, exactly once. */
interface LakeCommitTable {
  run_id: string
  dataset_id: string
  batch_id: string
  snapshot_id: string
  metadata_key: string
  committed_at: number
}

/** A request that was to change something. */
interface AuditEntryTable {
  id: GeneratedAlways<number>
  at: number
  org_id: string
  sandbox_id: string
  area: string
  operation: string
  action: string | null
  resource_id: string | null
  resource_name: string | null
  outcome: 'done' | 'denied' | 'failed'
  status: number
  user_id: string
  client_id: string
  request_id: string
}
