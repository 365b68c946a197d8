import type { JsonObject } from '#kit/json.ts'
import type { Scope } from './scope.ts'

/**
 * What services ask of each other. A service never imports another: it takes one of these functions, and boot
 * passes the neighbour's method.
 */
export type FindSchema = (scope: Scope, schemaId: string) => Promise<ResolvedSchema | undefined>

/** A schema with everything that it refers to pulled in. */
export interface ResolvedSchema {
  readonly id: string
  /** `1.0`, `1.1` … */
  readonly version: string
  readonly title: string
  readonly classId: string
  readonly behavior: Behavior
  /** The `xed-full` form: one tree of `properties`, compatibility names, no `allOf` and no `$ref`. */
  readonly full: JsonObject
  /** Path of the field by which records are known, if a descriptor names one: `/personalEmail/address`. */
  readonly primaryIdentity?: string | undefined
}

/** What a record of a schema is: a thing, something that happened, or a row of a flat table. */
export type Behavior = 'record' | 'time-series' | 'adhoc'

/** A namespace of identities that the sandbox knows, by its code (`Email`) or its id (6). */
export type FindNamespace = (
  scope: Scope,
  wanted: { readonly by: 'code' | 'id'; readonly value: string },
) => Promise<NamespaceSummary | undefined>

export interface NamespaceSummary {
  readonly id: number
  readonly code: string
}

export type FindDataset = (scope: Scope, datasetId: string) => Promise<DatasetSummary | undefined>

/** Datasets of the sandbox, oldest first: those from the index `start` on, `limit` at most; all without. */
export type ListDatasets = (
  scope: Scope,
  page: { readonly start?: number | undefined; readonly limit?: number | undefined },
) => Promise<readonly DatasetSummary[]>

/** Rows of a dataset as JSON, fields without a value left out, those of the newest commits first. */
export type PreviewDataset = (
  datasetId: string,
  options: { readonly limit: number; readonly signal?: AbortSignal | undefined },
) => Promise<readonly JsonObject[]>

export interface DatasetSummary {
  readonly id: string
  readonly name: string
  /** Name in SQL, unique in the sandbox. */
  readonly tableName: string
  readonly schemaId: string
  /** `application/vnd.adobe.xed+json;version=1`, as given when the dataset was made. */
  readonly schemaContentType: string
  readonly behavior: Behavior
}

/** Without a version the newest is meant. */
export type FindMappingSet = (
  scope: Scope,
  id: string,
  version?: number | undefined,
) => Promise<MappingSetSummary | undefined>

export interface MappingSetSummary {
  readonly id: string
  readonly version: number
  readonly newestVersion: number
  readonly schemaId: string
  /** `application/vnd.adobe.xed-full+json;version=1`, as given when the set was made. */
  readonly schemaContentType: string
  readonly entries: readonly MappingSetEntry[]
}

export interface MappingSetEntry {
  readonly sourceType: 'ATTRIBUTE' | 'EXPRESSION' | 'STATIC'
  readonly source: string
  readonly destination: string
  /** The value is an identity of the row in that namespace, too. */
  readonly identity?: { readonly namespace: string; readonly isPrimary: boolean } | undefined
}

/**
 * Lets the schema that was made of a table follow it, and says where new columns go; `undefined` when it was not made of
 * that table. Throws HttpProblem 400.
 */
export type GrowTableSchema = (
  scope: Scope,
  growth: TableGrowth,
) => Promise<readonly GrownField[] | undefined>

export interface TableGrowth {
  readonly schemaId: string
  /** The table: `public.orders` of a base connection. */
  readonly origin: { readonly baseConnectionId: string; readonly tableName: string }
  /** Fields that take a wider type, with their columns as they are now. */
  readonly widened: readonly { readonly field: string; readonly column: DescribedColumn }[]
  /** Fields that rows may lack from now on. */
  readonly optional: readonly string[]
  readonly added: readonly DescribedColumn[]
}

export interface GrownField {
  readonly column: string
  /** Path of its field: `_acme.city`. */
  readonly destination: string
}

/** Adds a version to a mapping set with these mappings, and says its number. Throws HttpProblem 404 and 400. */
export type AddMappingVersion = (
  scope: Scope,
  set: { readonly id: string; readonly entries: readonly MappingSetEntry[] },
) => Promise<number>

/** The columns of a table or view that a base connection can read. Throws HttpProblem 400 and 404 in its words. */
export type DescribeTable = (
  scope: Scope,
  wanted: {
    readonly baseConnectionId: string
    readonly tableName: string
    readonly signal?: AbortSignal | undefined
  },
) => Promise<DescribedTable>

export interface DescribedTable {
  /** As explore lists it: `public.orders`. */
  readonly path: string
  readonly columns: readonly DescribedColumn[]
  /** Names in the order of the key; empty without one. */
  readonly primaryKey: readonly string[]
}

export interface DescribedColumn {
  readonly name: string
  /** Of the source: `numeric(12,2)`. */
  readonly typeName: string
  /** The schema of a field that holds every value of it exactly. */
  readonly fieldSchema: JsonObject
  /** Of numbers without bounds, which land as text: the schema of a field that can be computed with. */
  readonly twinSchema?: JsonObject | undefined
  readonly isNullable: boolean
  readonly comment?: string | undefined
}
