import { compareColumn } from './compare-column.ts'
import { pairColumns } from './pair-columns.ts'
import type { ShapeChange } from './shape-change.ts'
import type { SourceShape } from './source-shape.ts'

/** Everything that differs between two shapes of what has one name, the relation first. Pure. */
export function compareShapes(before: SourceShape, after: SourceShape): ShapeChange[] {
  return [
    ...compareIdentity(before, after),
    ...compareRows(before, after),
    ...compareColumns(before, after),
    ...compareKeys(before, after),
    ...compareChildren(before, after),
  ]
}

function compareIdentity(before: SourceShape, after: SourceShape): ShapeChange[] {
  if (before.oid === after.oid) return []
  const [was, is] = [`${before.kind} ${before.path}`, `${after.kind} ${after.path}`]
  const what = was === is ? `The ${is} is another than before` : `What was the ${was} is the ${is} now`
  return [{ code: 'DRIFT_RELATION_RECREATED', message: `${what}.` }]
}

function compareRows(before: SourceShape, after: SourceShape): ShapeChange[] {
  const { path } = after
  const changes: ShapeChange[] = []
  if (before.isRowFiltered !== after.isRowFiltered) {
    const [code, verb] = after.isRowFiltered
      ? (['DRIFT_ROWS_FILTERED', 'filters'] as const)
      : (['DRIFT_ROWS_UNFILTERED', 'no longer filters'] as const)
    changes.push({ code, message: `Row-level security ${verb} what the user sees of ${path}.` })
  }
  const [query, now] = [before.queryDigest, after.queryDigest]
  if (query !== undefined && now !== undefined && query !== now)
    changes.push({ code: 'DRIFT_QUERY_CHANGED', message: `The ${after.kind} ${path} has another query.` })
  return changes
}

function compareColumns(before: SourceShape, after: SourceShape): ShapeChange[] {
  const { path } = after
  const { kept, dropped, added } = pairColumns(before, after)
  return [
    ...dropped.map(
      (was): ShapeChange => ({
        code: 'DRIFT_COLUMN_DROPPED',
        message: `${path} has no column "${was.name}" (${was.typeName}) any more.`,
        was,
      }),
    ),
    ...kept.flatMap((pair) => compareColumn(path, pair)),
    ...added.map(
      (is): ShapeChange => ({
        code: 'DRIFT_COLUMN_ADDED',
        message: `The column "${is.name}" (${is.typeName}) of ${path} is new.`,
        is,
      }),
    ),
    ...compareOrder(before, after),
  ]
}

/** The order of the columns that both have under one name. */
function compareOrder(before: SourceShape, after: SourceShape): ShapeChange[] {
  const [were, are] = [namesOf(before), namesOf(after)]
  const isSame = areSame(
    were.filter((name) => are.includes(name)),
    are.filter((name) => were.includes(name)),
  )
  if (isSame) return []
  const message = `The columns of ${after.path} stand in another order.`
  return [{ code: 'DRIFT_COLUMNS_REORDERED', message }]
}

function namesOf({ columns }: SourceShape): readonly string[] {
  return columns.map(({ name }) => name)
}

function compareKeys(before: SourceShape, after: SourceShape): ShapeChange[] {
  // The key goes along with a column that has another name.
  const { kept } = pairColumns(before, after)
  const names = new Map(kept.map(({ was, is }) => [was.name, is.name]))
  const followed = before.primaryKey.map((name) => names.get(name) ?? name)
  if (areSame(followed, after.primaryKey)) return []
  const [was, is] = [before, after].map(({ primaryKey }) => formatKey(primaryKey))
  return [
    { code: 'DRIFT_KEY_CHANGED', message: `The primary key of ${after.path} was ${was} and is ${is} now.` },
  ]
}

function formatKey(names: readonly string[]): string {
  return names.length === 0 ? 'none' : `(${names.join(', ')})`
}

/** Children by name; of more than are remembered only how many there are. */
function compareChildren(before: SourceShape, after: SourceShape): ShapeChange[] {
  const isComplete = [before, after].every(({ children, childCount }) => children.length === childCount)
  const attached = isComplete ? missing(after.children, before.children) : []
  const detached = isComplete ? missing(before.children, after.children) : []
  if (!isComplete && before.childCount !== after.childCount) {
    const code =
      before.childCount < after.childCount ? 'DRIFT_PARTITION_ATTACHED' : 'DRIFT_PARTITION_DETACHED'
    const message = `${after.path} had ${before.childCount} partitions and has ${after.childCount} now.`
    return [{ code, message }]
  }
  return [
    ...attached.map(
      (name): ShapeChange => ({
        code: 'DRIFT_PARTITION_ATTACHED',
        message: `${name} is new below ${after.path}.`,
      }),
    ),
    ...detached.map(
      (name): ShapeChange => ({
        code: 'DRIFT_PARTITION_DETACHED',
        message: `${name} is no longer below ${after.path}.`,
      }),
    ),
  ]
}

/** Those of `names` that `others` lack. */
function missing(names: readonly string[], others: readonly string[]): readonly string[] {
  const known = new Set(others)
  return names.filter((name) => !known.has(name))
}

function areSame(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((name, index) => name === b[index])
}
