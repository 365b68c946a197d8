import type { JsonObject } from '#kit/json.ts'

/** Kinds of resources of the global container. */
export type GlobalKind = 'behaviors' | 'classes' | 'fieldgroups' | 'datatypes'

/**
 * A resource of the XDM standard, written with the standard's own names (`xdm:person`, `@id`). The library
 * turns it into the form that the API shows.
 */
export interface GlobalSource {
  readonly kind: GlobalKind
  readonly id: string
  readonly title: string
  readonly description: string
  /** What it is made of besides its own fields, by `$id`. */
  readonly includes?: readonly string[] | undefined
  readonly fields: Fields
  readonly required?: readonly string[] | undefined
  /** Classes that a field group is meant for; empty for any. */
  readonly intendedToExtend?: readonly string[] | undefined
}

export type Fields = Readonly<Record<string, JsonObject>>

export const PROFILE_CLASS = 'https://ns.adobe.com/xdm/context/profile'
export const EXPERIENCE_EVENT_CLASS = 'https://ns.adobe.com/xdm/context/experienceevent'

/** A field of text; `more` adds a format, a pattern, an enum … */
export function text(title: string, description: string, more: JsonObject = {}): JsonObject {
  return { title, description, type: 'string', ...more }
}

export function uriReference(title: string, description: string): JsonObject {
  return text(title, description, { format: 'uri-reference' })
}

export function dateTime(title: string, description: string): JsonObject {
  return text(title, description, { format: 'date-time' })
}

export function date(title: string, description: string): JsonObject {
  return text(title, description, { format: 'date' })
}

export function flag(title: string, description: string, more: JsonObject = {}): JsonObject {
  return { title, description, type: 'boolean', ...more }
}

export function decimal(title: string, description: string, more: JsonObject = {}): JsonObject {
  return { title, description, type: 'number', ...more }
}

export function integer(title: string, description: string, more: JsonObject = {}): JsonObject {
  return { title, description, type: 'integer', ...more }
}

export function object(title: string, description: string, properties: Fields): JsonObject {
  return { title, description, type: 'object', properties }
}

export function listOf(title: string, description: string, items: JsonObject): JsonObject {
  return { title, description, type: 'array', items }
}

/** A field whose fields are those of a data type. */
export function typed(title: string, description: string, dataType: string): JsonObject {
  return { title, description, $ref: dataType }
}

/** Values with a label each that are suggested but not enforced. */
export function suggested(labels: Readonly<Record<string, string>>): JsonObject {
  return { 'meta:enum': labels }
}

/** Values with a label each; no other is allowed. */
export function only(labels: Readonly<Record<string, string>>): JsonObject {
  return { enum: Object.keys(labels), 'meta:enum': labels }
}
