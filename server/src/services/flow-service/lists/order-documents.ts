import { isObject, type Json, type JsonObject } from '#kit/json.ts'
import { compareTexts } from './compare-texts.ts'
import type { Ordering } from './order-by.ts'

/**
 * Compares documents that are in memory as the database compares rows: absent values come first, then texts by
 * code points, numbers, booleans, arrays and objects. Ids break ties, in the direction of the last key.
 */
export function compareDocuments(
  left: JsonObject,
  right: JsonObject,
  orderings: readonly Ordering[],
): number {
  return compareValues(sortValues(left, orderings), sortValues(right, orderings), orderings)
}

/** What decides where a document stands: the value of each key, and the id. */
export function sortValues(document: JsonObject, orderings: readonly Ordering[]): readonly Json[] {
  return [...orderings.map(({ path }) => valueAt(document, path)), document['id'] ?? null]
}

export function compareValues(
  left: readonly Json[],
  right: readonly Json[],
  orderings: readonly Ordering[],
): number {
  const ties: Ordering = { path: ['id'], descending: orderings.at(-1)?.descending ?? false }
  for (const [index, { descending }] of [...orderings, ties].entries()) {
    const difference = compareJson(left[index] ?? null, right[index] ?? null)
    if (difference !== 0) return descending ? -difference : difference
  }
  return 0
}

/** The value at a path that leads through objects only; null when there is none. */
export function valueAt(document: Json | undefined, path: readonly string[]): Json {
  const [name, ...rest] = path
  if (document === undefined || name === undefined) return document ?? null
  return isObject(document) ? valueAt((document as JsonObject)[name], rest) : null
}

function compareJson(left: Json, right: Json): number {
  const byType = rankOf(left) - rankOf(right)
  if (byType !== 0) return byType
  if (typeof left === 'string') return compareTexts(left, String(right))
  if (typeof left === 'number' || typeof left === 'boolean') return Number(left) - Number(right)
  // Of arrays and objects nobody asks which is the greater; the id decides.
  return 0
}

const RANKS = ['string', 'number', 'boolean', 'array', 'object']

function rankOf(value: Json): number {
  return RANKS.indexOf(Array.isArray(value) ? 'array' : value === null ? 'null' : typeof value)
}
