import type { JsonObject } from '#kit/json.ts'

/** Editions of the platform. They differ in the ways of authentication that a spec has. */
export type Edition = 'azure' | 'aws'

/** One way to give credentials: its name, and the JSON Schema of `auth.params`. */
export interface AuthSpec {
  readonly name: string
  readonly type: string
  readonly spec: JsonObject
}

/** A kind of system that a connection can be made to. Shown to clients as it is, except for `aliases`. */
export interface ConnectionSpec {
  readonly id: string
  readonly name: string
  readonly providerId: string
  readonly version: string
  readonly authSpec?: readonly AuthSpec[] | undefined
  readonly sourceSpec?: JsonObject | undefined
  readonly targetSpec?: JsonObject | undefined
  readonly exploreSpec?: JsonObject | undefined
  readonly attributes: JsonObject
  readonly permissionsInfo: JsonObject
}

/** A kind of dataflow: which systems it joins and which parameters it takes. */
export interface FlowSpec {
  readonly id: string
  readonly name: string
  readonly providerId: string
  readonly version: string
  readonly sourceConnectionSpecIds: readonly string[]
  readonly targetConnectionSpecIds: readonly string[]
  /** Each with its JSON Schema in `spec`. */
  readonly optionSpec?: JsonObject | undefined
  readonly scheduleSpec?: JsonObject | undefined
  readonly transformationSpecs: readonly JsonObject[]
  readonly runSpec?: JsonObject | undefined
  readonly attributes: JsonObject
  readonly permissionsInfo?: JsonObject | undefined
}

/** What a spec is about, as its path names it. */
export type SpecKind = 'connectionSpecs' | 'flowSpecs'

export const JSON_SCHEMA_DRAFT = 'http://json-schema.org/draft-07/schema#'

/** The provider of all batch sources. */
export const BATCH_PROVIDER_ID = '0ed90a81-07f4-4586-8190-b40eccef1c5a'

/** Who may see and change things of this kind. */
export const SOURCE_PERMISSIONS: JsonObject = {
  manage: [{ '@type': 'lowLevel', name: 'EnterpriseSource', permissions: ['write'] }],
  view: [{ '@type': 'lowLevel', name: 'EnterpriseSource', permissions: ['read'] }],
}
