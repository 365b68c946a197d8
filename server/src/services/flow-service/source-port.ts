import type { Diagnosis } from '#source/postgres/doctor/diagnosis.ts'
import type { ConnectionTestResult } from '#source/postgres/doctor/test-connection.ts'
import type { RelationShape } from '#source/postgres/explore/describe-relation.ts'
import type {
  ListedRelation,
  ListRelationsOptions,
  RelationPage,
} from '#source/postgres/explore/list-relations.ts'
import type { NumberWidth } from '#source/postgres/explore/measure-numbers.ts'
import type { Preview } from '#source/postgres/explore/preview-relation.ts'
import type { RelationProfile } from '#source/postgres/explore/profile-relation.ts'
import type { ConnectionTarget } from '#source/postgres/params/connection-target.ts'

/** What the service asks of a source. Each call opens a read-only session of its own and closes it. */
export interface SourcePort {
  /** Everything that can be told about a connection. Failures of the source are the result, not thrown. */
  diagnoseConnection(target: ConnectionTarget, options?: SourceCallOptions): Promise<Diagnosis>

  /** Whether a session can be opened. Failures of the source are the result, not thrown. */
  testConnection(target: ConnectionTarget, options?: SourceCallOptions): Promise<ConnectionTestResult>

  /** A page of what the user may read, by schema and name. @throws SourceError */
  listRelations(
    target: ConnectionTarget,
    query: ListRelationsOptions & { readonly limit: number },
    options?: SourceCallOptions,
  ): Promise<RelationPage>

  /** All of it in chunks, in flat memory. The session is open as long as the caller iterates. @throws SourceError */
  streamRelations(
    target: ConnectionTarget,
    query: ListRelationsOptions,
    options?: SourceCallOptions,
  ): AsyncGenerator<readonly ListedRelation[], void, undefined>

  /** What reading needs to know. @throws SourceError, RelationNotFoundError, RelationPathError */
  describeRelation(
    target: ConnectionTarget,
    path: string,
    options?: SourceCallOptions,
  ): Promise<RelationShape>

  /** Shape, and how wide the numbers are of columns whose type sets no bounds. @throws as describeRelation */
  measureRelation(
    target: ConnectionTarget,
    path: string,
    options?: SourceCallOptions,
  ): Promise<{ readonly shape: RelationShape; readonly widths: ReadonlyMap<string, readonly NumberWidth[]> }>

  /** Has the source check a row filter for a relation. @throws as describeRelation, and RowFilterError */
  checkFilter(
    target: ConnectionTarget,
    path: string,
    filters: unknown,
    options?: SourceCallOptions,
  ): Promise<void>

  /** What a person wants to know. @throws as describeRelation */
  profileRelation(
    target: ConnectionTarget,
    path: string,
    options?: SourceCallOptions,
  ): Promise<RelationProfile>

  /** The profile, and some rows that pass the filter. @throws as describeRelation, and RowFilterError */
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
  readonly profile: RelationProfile
  readonly preview: Preview
}
