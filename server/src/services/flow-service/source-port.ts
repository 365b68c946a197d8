import type { ConnectionTarget } from '#source/postgres/connect/connection-target.ts'
import type { Diagnosis } from '#source/postgres/doctor/diagnosis.ts'
import type { ConnectionTestResult } from '#source/postgres/doctor/test-connection.ts'
import type { RelationShape } from '#source/postgres/explore/describe-relation.ts'
import type { ListedRelation } from '#source/postgres/explore/list-relations.ts'
import type { PreviewRow } from '#source/postgres/explore/preview-relation.ts'

/** What the service asks of a source. Each call opens a read-only session of its own and closes it. */
export interface SourcePort {
  /** Everything that can be told about a connection. Failures of the source are the result, not thrown. */
  diagnoseConnection(target: ConnectionTarget, options?: SourceCallOptions): Promise<Diagnosis>

  /** Whether a session can be opened. Failures of the source are the result, not thrown. */
  testConnection(target: ConnectionTarget, options?: SourceCallOptions): Promise<ConnectionTestResult>

  /** Everything that the user may read, sorted by path. @throws SourceError */
  listRelations(target: ConnectionTarget, options?: SourceCallOptions): Promise<readonly ListedRelation[]>

  /** @throws SourceError, RelationNotFoundError, RelationPathError */
  describeRelation(
    target: ConnectionTarget,
    path: string,
    options?: SourceCallOptions,
  ): Promise<RelationShape>

  /** Has the source check a row filter for a relation. @throws as describeRelation, and RowFilterError */
  checkFilter(
    target: ConnectionTarget,
    path: string,
    filters: unknown,
    options?: SourceCallOptions,
  ): Promise<void>

  /** The shape, and the first rows that pass the filter. @throws as describeRelation, and RowFilterError */
  previewRelation(
    target: ConnectionTarget,
    path: string,
    options: PreviewCallOptions,
  ): Promise<RelationPreview>
}

export interface SourceCallOptions {
  readonly signal?: AbortSignal | undefined
}

export interface PreviewCallOptions extends SourceCallOptions {
  readonly limit: number
  /** PQL, as JSON or as text. */
  readonly filters?: unknown
}

export interface RelationPreview {
  readonly shape: RelationShape
  /** Keyed by column; nulls are left out. */
  readonly rows: readonly PreviewRow[]
}
