import type { LakeField, LakeType } from '#columns/column-type.ts'
import { type PathStep, parsePath } from './paths.ts'

/** A field of the table, or a place in a list or map, and the way to it. */
export interface Destination {
  /** The names that lead to `field`. */
  readonly path: readonly string[]
  /** The outermost list or map on the way, or the field itself. */
  readonly field: LakeField
  /** What follows in the list or map. */
  readonly steps: readonly PathStep[]
  /** Of what is at the end. */
  readonly type: LakeType
}

/** A row with a longer list would be a mistake, and a costly one. */
const MAX_INDEX = 999

/**
 * Finds the field that a destination names; a text says why there is none.
 * @throws MappingSyntaxError for a text that is no path
 */
export function findDestination(destination: string, fields: readonly LakeField[]): Destination | string {
  const [first, ...rest] = parsePath(destination)
  const path = first?.kind === 'name' ? [first.name] : []
  let field = fields.find(({ name }) => name === path[0])
  if (!field) return `The schema has no field "${destination}"`
  while (rest.length > 0 && field.type.kind === 'struct') {
    const step = rest.shift() as PathStep
    if (step.kind !== 'name') return `"${destination}" takes an item of "${field.name}", which is no array`
    const inner: LakeField | undefined = field.type.fields.find(({ name }) => name === step.name)
    if (!inner) return `The schema has no field "${destination}"`
    path.push(step.name)
    field = inner
  }
  const type = typeAt(field.type, rest, { destination, name: field.name })
  return typeof type === 'string' ? type : { path, field, steps: rest, type }
}

interface Place {
  readonly destination: string
  /** Of what the next step is a part. */
  readonly name: string
}

/** The type at the end of the steps, or why there is none. */
function typeAt(type: LakeType, steps: readonly PathStep[], { destination, name }: Place): LakeType | string {
  const [step, ...rest] = steps
  if (step === undefined) return type
  switch (type.kind) {
    case 'list':
      if (step.kind === 'name')
        return `"${name}" in "${destination}" is an array: name an item, ${name}[0], or all of them, ${name}[*]`
      if (step.kind === 'index' && step.index > MAX_INDEX)
        return `The item ${step.index} in "${destination}" is beyond ${MAX_INDEX}, the last that a mapping can fill`
      return typeAt(type.element, rest, {
        destination,
        name: `${name}[${step.kind === 'index' ? step.index : '*'}]`,
      })
    case 'map':
      if (step.kind !== 'name')
        return `"${name}" in "${destination}" is a map: name a key of it, as in ${name}.key`
      return typeAt(type.value, rest, { destination, name: step.name })
    case 'struct': {
      if (step.kind !== 'name') return `"${destination}" takes an item of "${name}", which is no array`
      const field = type.fields.find((inner) => inner.name === step.name)
      return field
        ? typeAt(field.type, rest, { destination, name: field.name })
        : `The schema has no field "${destination}"`
    }
    default:
      return step.kind === 'name'
        ? `The schema has no field "${destination}": "${name}" is no object`
        : `"${destination}" takes an item of "${name}", which is no array`
  }
}
