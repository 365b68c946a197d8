import type { JsonObject } from '#kit/json.ts'

/** The sorts of resources, in the words of the paths (`mixins` is another word for `fieldgroups`). */
export type Kind = 'schemas' | 'classes' | 'fieldgroups' | 'datatypes' | 'behaviors'

/** Sorts that a tenant can make. */
export type TenantKind = Exclude<Kind, 'behaviors'>

export type Container = 'global' | 'tenant'

export interface Resource {
  /** The `$id`. */
  readonly id: string
  /** `meta:altId`. */
  readonly altId: string
  readonly kind: Kind
  readonly container: Container
  /** `1.0`, `1.1` … */
  readonly version: string
  readonly title: string
  readonly createdAtMs: number
  readonly updatedAtMs: number
  /** The raw `xed` form, metadata included. */
  readonly document: JsonObject
}

/** What the API calls a kind inside of documents and ids. */
export function resourceTypeOf(kind: Kind): string {
  return kind === 'fieldgroups' ? 'mixins' : kind
}

/** `https://ns.adobe.com/acme/schemas/ab12` is `_acme.schemas.ab12`. */
export function altIdOf(id: string): string {
  return `_${id.replace(/^https?:\/\/(ns\.adobe\.com\/)?/, '').replaceAll('/', '.')}`
}

/** Finds the other resources that a document refers to. */
export type FindResource = (id: string) => Resource | undefined
