import { type ColumnType, formatLakeType } from '#columns/column-type.ts'
import type { DriftPolicy } from '#services/flow-service/connected/drift-policy.ts'
import { SHAPE_CHANGES, type ShapeChange, type ShapeChangeCode } from '#source/postgres/shape/shape-change.ts'
import type { ShapeColumn } from '#source/postgres/shape/source-shape.ts'
import { holdsType } from '#typemap/holds-type.ts'
import { shapeLeaves } from '#typemap/shape-leaves.ts'
import { isWidening } from '#typemap/xdm-types.ts'
import type { FollowStep } from './follow-plan.ts'
import { landingOf } from './landing-of.ts'
import type { SourceUse } from './source-use.ts'

/** What became of a change: it makes no difference, the schema followed, or the run stopped. */
export type DriftEffect = 'told' | 'followed' | 'stopped'

/** A change of the source as the run's document tells it. */
export interface DriftEntry {
  readonly code: ShapeChangeCode
  readonly effect: DriftEffect
  readonly message: string
  /** What can, or has to, be done. */
  readonly action: string
  /** The column as it is called now, or was called before it went. */
  readonly column?: string | undefined
}

export interface DriftCase {
  readonly changes: readonly ShapeChange[]
  readonly use: SourceUse
  readonly policy: DriftPolicy
  /** The flow has another mapping since: whoever saved it knows how the source looks now. */
  readonly isAnswered: boolean
  /** Why a flow that wants to follow can not, as a sentence. */
  readonly obstacle?: string | undefined
  /** How changes are followed, of those that can be. */
  readonly follows?: ReadonlyMap<ShapeChange, Pick<FollowStep, 'detail'>> | undefined
}

/** Says of each change what becomes of it. Pure. */
export function judgeDrift(given: DriftCase): DriftEntry[] {
  return given.changes.map((change) => {
    const followed = given.follows?.get(change)
    if (followed !== undefined) return entryOf(change, 'followed', followed.detail)
    const reason = reasonToStop(change, given)
    if (reason === undefined) return entryOf(change, 'told')
    return entryOf(change, 'stopped', [reason, given.obstacle].filter(Boolean).join(' '))
  })
}

export function entryOf(change: ShapeChange, effect: DriftEffect, detail = ''): DriftEntry {
  const { code, message, is, was } = change
  const { advice, remedy } = SHAPE_CHANGES[code]
  const column = is?.name ?? was?.name
  return {
    code,
    effect,
    message: detail === '' ? message : `${message} ${detail}`,
    action: effect === 'stopped' ? remedy : advice,
    ...(column === undefined ? {} : { column }),
  }
}

/** Why the run can't go on with a change; `undefined` when it can. */
function reasonToStop(change: ShapeChange, given: DriftCase): string | undefined {
  const { code, was } = change
  const { use, policy } = given
  if (code === 'DRIFT_ROWS_FILTERED')
    return policy === 'report' ? undefined : 'Rows would be missing from now on without anybody being told.'
  if (was === undefined || !use.reads.has(was.name)) return undefined
  switch (code) {
    case 'DRIFT_COLUMN_DROPPED':
    case 'DRIFT_COLUMN_REVOKED':
      return lossStops(was.name, given) ? readBy(was.name, use) : undefined
    case 'DRIFT_COLUMN_RENAMED':
      return given.isAnswered || policy === 'report' ? undefined : readBy(was.name, use)
    case 'DRIFT_COLUMN_TYPE':
      return given.isAnswered ? undefined : typeStops(change, given)
    default:
      return undefined
  }
}

/** What was there is gone. Only who wants no more than a report goes on, and only if nobody speaks of the column. */
function lossStops(name: string, { use, policy }: DriftCase): boolean {
  return policy !== 'report' || use.fixed.has(name) || !use.unnamed.has(name)
}

function readBy(name: string, use: SourceUse): string {
  return use.fixed.has(name)
    ? 'It decides which rows are read.'
    : 'The mapping reads it, and its field would be empty from now on.'
}

/** A new type stops the run where a field held all values of the old one and does not hold all of the new. */
function typeStops({ was, is }: ShapeChange, { use, policy }: DriftCase): string | undefined {
  const [before, after] = [landingOf(was), landingOf(is)]
  const name = was?.name ?? ''
  const lost = was && is && lostPart(was, is)
  if (lost === undefined && formatLakeType(before) === formatLakeType(after)) return undefined
  if (use.fixed.has(name)) return readBy(name, use)
  if (policy === 'report') return undefined
  if (lost !== undefined) return lost
  const narrow = (use.fieldTypes.get(name) ?? []).find(
    (field) => holdsType(field, before) && !holdsType(field, after),
  )
  if (narrow !== undefined) {
    const wider = isWidening(narrow, after) ? ` ${EVOLVE}` : ''
    return `Its field is ${formatLakeType(narrow)}, which does not hold all values of ${formatLakeType(after)}.${wider}`
  }
  return use.computed.has(name) && !isWider(before, after)
    ? `An expression of the mapping was written for ${formatLakeType(before)}, and ${formatLakeType(after)} may mean something else in it.`
    : undefined
}

const EVOLVE =
  'Where schema and mapping were made of the table by POST /rpc/tableschema, params.schemaDrift "evolve" of the source connection widens it.'

/** What of a value with parts has no place, or not the type that it had; parts that are new are not read. */
function lostPart(was: ShapeColumn, is: ShapeColumn): string | undefined {
  if (was.parts === undefined && is.parts === undefined) return undefined
  if (was.parts === undefined || is.parts === undefined) return 'Values with parts are not those without.'
  const now = shapeLeaves(is.parts)
  for (const [path, type] of shapeLeaves(was.parts)) {
    const found = now.get(path)
    const where = path.replace(/^\./, '')
    if (found === undefined) return `Its part "${where}" is gone, and would be empty from now on.`
    if (!holdsType(type, found))
      return `Its part "${where}" was ${formatLakeType(type)} and is ${formatLakeType(found)}.`
  }
  return undefined
}

function isWider(before: ColumnType, after: ColumnType): boolean {
  return after.kind !== 'string' && holdsType(after, before)
}
