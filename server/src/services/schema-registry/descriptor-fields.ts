import type { Behavior } from '#http/neighbours.ts'
import type { Json, JsonObject } from '#kit/json.ts'
import { invalidDescriptor } from './problems.ts'
import { findField } from './render-resource.ts'
import type { Resource } from './resource.ts'

/** A resource that descriptors speak of, all its fields in one tree. */
export interface DescribedResource {
  readonly resource: Resource
  readonly full: JsonObject
  /** Of schemas only. */
  readonly behavior?: Behavior | undefined
}

/** The field at a path that a descriptor writes. Throws RegistryProblem 400 when it leads nowhere. */
export function fieldAt(
  path: Json | undefined,
  { resource, full }: DescribedResource,
  name = 'xdm:sourceProperty',
): JsonObject {
  if (typeof path !== 'string' || !/^\/.*[^/]$/.test(path)) {
    throw invalidDescriptor(
      `${name} ${JSON.stringify(path ?? null)} must start with "/" and not end with it, such as /person/name.`,
    )
  }
  const field = findField(full, path)
  if (field === undefined)
    throw invalidDescriptor(`${name} ${path} is no field of the schema "${resource.title}" (${resource.id}).`)
  return field
}

/** The paths of a descriptor that may name several fields. */
export function pathsOf(property: Json | undefined): readonly Json[] {
  if (property === undefined) return []
  return Array.isArray(property) ? (property as readonly Json[]) : [property]
}
