import { isDeepStrictEqual } from 'node:util'
import type { LakeField } from '#columns/column-type.ts'

/** How a run has to change the fields of its table: all of them, as they were and as they are to be. */
export interface TableEvolution {
  readonly before: readonly LakeField[]
  readonly after: readonly LakeField[]
  readonly lastColumnId: number
}

/** Another run has changed the table's fields in another way since this one was planned. */
export class TableEvolvedError extends Error {
  override readonly name = 'TableEvolvedError'
}

/** `undefined` when the fields stay as they are. Fields may be added, become wider or become optional. */
export function planEvolution(
  before: readonly LakeField[],
  after: readonly LakeField[],
  lastColumnId: number,
): TableEvolution | undefined {
  return areSame(before, after) ? undefined : { before, after, lastColumnId }
}

/**
 * What is left to be changed when the run commits. Files written under this plan carry the ids that it gave to
 * new fields, so a table that has given them to other fields meanwhile can't take the files.
 * @throws TableEvolvedError
 */
export function evolutionToCommit(
  current: readonly LakeField[],
  evolution: TableEvolution,
): TableEvolution | undefined {
  if (areSame(current, evolution.before)) return evolution
  if (areSame(current, evolution.after)) return undefined
  throw new TableEvolvedError('the fields of the table have changed since the run was planned')
}

/** Compared as JSON says them: a plan was stored, a table's fields were not. */
function areSame(a: readonly LakeField[], b: readonly LakeField[]): boolean {
  return isDeepStrictEqual(JSON.parse(JSON.stringify(a)), JSON.parse(JSON.stringify(b)))
}
