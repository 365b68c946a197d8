import type { LakeField } from '#columns/column-type.ts'
import { parsePath } from './paths.ts'

/** A field of the table and the names that lead to it. */
export interface Destination {
  readonly path: readonly string[]
  readonly field: LakeField
}

/**
 * Finds the field that a destination names; a text says why there is none.
 * @throws MappingSyntaxError for a text that is no path
 */
export function findDestination(destination: string, fields: readonly LakeField[]): Destination | string {
  const path: string[] = []
  let inner = fields
  let found: LakeField | undefined
  for (const step of parsePath(destination)) {
    if (step.kind !== 'name') return notSupported(destination)
    if (found && found.type.kind !== 'struct') return notReachable(destination, found)
    path.push(step.name)
    found = inner.find((field) => field.name === step.name)
    if (!found) return `The schema has no field "${destination}"`
    inner = found.type.kind === 'struct' ? found.type.fields : []
  }
  if (!found || found.type.kind === 'list' || found.type.kind === 'map') return notSupported(destination)
  return { path, field: found }
}

function notSupported(destination: string): string {
  return `The destination "${destination}" lies in a list or map, which a mapping can't fill yet`
}

function notReachable(destination: string, field: LakeField): string {
  if (field.type.kind === 'list' || field.type.kind === 'map') return notSupported(destination)
  return `The schema has no field "${destination}": "${field.name}" is no object`
}
