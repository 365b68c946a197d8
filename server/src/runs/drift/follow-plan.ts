import { formatLakeType, isColumnType, type LakeField } from '#columns/column-type.ts'
import type { MappingSetEntry, MappingSetSummary } from '#http/neighbours.ts'
import type { ShapeChange } from '#source/postgres/shape/shape-change.ts'
import type { ShapeColumn } from '#source/postgres/shape/source-shape.ts'
import { holdsType } from '#typemap/holds-type.ts'
import { shapeLeaves } from '#typemap/shape-leaves.ts'
import { isWidening } from '#typemap/xdm-types.ts'
import { landingOf } from './landing-of.ts'
import type { SourceUse } from './source-use.ts'

/** What schema and mapping do to follow one change, and how that is told. */
export interface FollowStep {
  readonly detail: string
  /** A column that gets a field. */
  readonly added?: string | undefined
  /** A column whose field stays, and is filled no more. */
  readonly dropped?: string | undefined
  readonly renamed?: { readonly from: string; readonly to: string } | undefined
  /** Fields that take the type that a column has by now. */
  readonly widened?: { readonly fields: readonly string[]; readonly column: string } | undefined
  /** Fields that rows may lack from now on. */
  readonly optional?: readonly string[] | undefined
}

export interface FollowInputs {
  readonly set: MappingSetSummary
  readonly fields: readonly LakeField[]
  readonly use: SourceUse
  /** The source connection names its columns: others are not wanted. */
  readonly isSelective: boolean
}

/**
 * How each change can be followed by a plain mapping; one that is absent can't be, or has no need to.
 */
export function planFollow(
  changes: readonly ShapeChange[],
  given: FollowInputs,
): ReadonlyMap<ShapeChange, FollowStep> {
  const steps = new Map<ShapeChange, FollowStep>()
  for (const change of changes) {
    const step = stepOf(change, given)
    if (step !== undefined) steps.set(change, step)
  }
  return steps
}

/** True of a mapping that carries columns to fields as they are, as it is made with the schema of a table. */
export function isPlainMapping({ entries }: MappingSetSummary): boolean {
  return entries.every(isPlain)
}

/** `_acme.city` from a column. */
function isPlain({ sourceType, destination, identity }: MappingSetEntry): boolean {
  return sourceType === 'ATTRIBUTE' && identity === undefined && /^_[^.]+\.[^.]+$/.test(destination)
}

function stepOf(change: ShapeChange, given: FollowInputs): FollowStep | undefined {
  const { code, was, is } = change
  const { use, isSelective } = given
  if (code === 'DRIFT_COLUMN_ADDED' && is?.isReadable === true && !isSelective && !isMapped(is.name, given))
    return { added: is.name, detail: 'Schema and mapping have it now.' }
  if (was === undefined || use.fixed.has(was.name)) return undefined
  const fields = fieldsFrom(was.name, given)
  const names = fields.map(({ name }) => name)
  if (names.length === 0) return undefined
  const told = names.map((name) => `"${name}"`).join(', ')
  switch (code) {
    case 'DRIFT_COLUMN_DROPPED':
      if (isSelective) return undefined
      return {
        dropped: was.name,
        optional: names,
        detail: `Its field ${told} stays, and is empty from now on.`,
      }
    case 'DRIFT_COLUMN_RENAMED':
      if (is === undefined || isSelective) return undefined
      return { renamed: { from: was.name, to: is.name }, detail: `Its field ${told} goes on to be filled.` }
    case 'DRIFT_COLUMN_NULLABLE':
      if (!fields.some(({ required }) => required)) return undefined
      return { optional: names, detail: `Its field ${told} is optional now.` }
    case 'DRIFT_COLUMN_TYPE':
      return is && stepOfType({ was, is }, fields)
    default:
      return undefined
  }
}

function isMapped(column: string, { set }: FollowInputs): boolean {
  return set.entries.some(({ source }) => source === column)
}

/** The fields of the tenant that a column goes to. */
function fieldsFrom(column: string, { set, fields }: FollowInputs): readonly LakeField[] {
  return set.entries
    .filter(({ source }) => source === column)
    .flatMap(({ destination }) => {
      const [namespace, name] = destination.split('.')
      const outer = fields.find((field) => field.name === namespace)
      return outer?.type.kind === 'struct' ? outer.type.fields.filter((field) => field.name === name) : []
    })
}

/** Fields that do not hold the new type, and all of which can become wider. */
function stepOfType(
  { was, is }: { readonly was: ShapeColumn; readonly is: ShapeColumn },
  fields: readonly LakeField[],
): FollowStep | undefined {
  const widened = (narrow: readonly LakeField[], type: string): FollowStep => ({
    widened: { fields: narrow.map(({ name }) => name), column: is.name },
    detail: `Its field is ${type} now.`,
  })
  if (was.parts !== undefined || is.parts !== undefined)
    return canGrow(was, is) ? widened(fields, `made of the parts of ${is.typeName}`) : undefined
  const type = landingOf(is)
  const narrow = fields.filter((field) => isColumnType(field.type) && !holdsType(field.type, type))
  const canWiden = narrow.every((field) => isColumnType(field.type) && isWidening(field.type, type))
  return narrow.length > 0 && canWiden ? widened(narrow, formatLakeType(type)) : undefined
}

/** Parts are added, and those that were there have become wider. */
function canGrow(was: ShapeColumn, is: ShapeColumn): boolean {
  if (was.parts === undefined || is.parts === undefined) return false
  const now = shapeLeaves(is.parts)
  return [...shapeLeaves(was.parts)].every(([path, type]) => {
    const found = now.get(path)
    return found !== undefined && isWidening(type, found)
  })
}
