import { asText } from '#kit/as-text.ts'
import { isObject, type Json, type JsonObject } from '#kit/json.ts'
import { xdmTypeRelation } from '#typemap/xdm-types.ts'
import { objectAt, textsAt } from './schema-tree.ts'

/**
 * The first thing that a new form of a schema takes from what had the old one, in words that follow "The field /x";
 * `undefined` when all that was right is right still. Both are full trees.
 */
export function findBreakingChange(
  previous: JsonObject,
  next: JsonObject,
  allowed: Allowed = {},
): BreakingChange | undefined {
  return compare({ previous, next, path: '' }, allowed)
}

/** What is taken for no break. */
export interface Allowed {
  /** Types may become wider by the rules of the lake. */
  readonly mayWiden?: boolean | undefined
}

/** Two forms of one node. */
interface Node {
  readonly previous: JsonObject
  readonly next: JsonObject
  readonly path: string
}

export interface BreakingChange {
  /** `/person/name`; empty for the schema itself. */
  readonly path: string
  readonly what: string
}

function compare(node: Node, allowed: Allowed): BreakingChange | undefined {
  const { previous, next, path } = node
  const isWider = allowed.mayWiden === true && xdmTypeRelation(previous, next) === 'wider'
  const what = (isWider ? undefined : changedType(previous, next)) ?? narrowed(previous, next)
  if (what !== undefined) return { path, what }
  return newlyRequired(previous, next, path) ?? compareBelow(node, allowed)
}

function compareBelow({ previous, next, path }: Node, allowed: Allowed): BreakingChange | undefined {
  const [before, after] = [objectAt(previous, 'properties') ?? {}, objectAt(next, 'properties') ?? {}]
  for (const name of Object.keys(before)) {
    const [old, field] = [objectAt(before, name), objectAt(after, name)]
    const fieldPath = `${path}/${name}`
    if (old === undefined) continue
    if (field === undefined) return { path: fieldPath, what: 'would be removed or renamed' }
    const found = compare({ previous: old, next: field, path: fieldPath }, allowed)
    if (found !== undefined) return found
  }
  for (const key of ['items', 'additionalProperties']) {
    const [old, child] = [objectAt(previous, key), objectAt(next, key)]
    if (old === undefined || child === undefined) continue
    const found = compare({ previous: old, next: child, path: `${path}/*` }, allowed)
    if (found !== undefined) return found
  }
  return undefined
}

function changedType(previous: JsonObject, next: JsonObject): string | undefined {
  const [old, type] = [typeOf(previous), typeOf(next)]
  return old === type ? undefined : `would change its type from ${old} to ${type}`
}

/** The exact type where there is one: it is that of the column. */
function typeOf(node: JsonObject): string {
  return asText(node['meta:lakeType'] ?? node['meta:xdmType'] ?? node['type'])
}

const LEAST = ['minimum', 'exclusiveMinimum', 'minLength', 'minItems']
const MOST = ['maximum', 'exclusiveMaximum', 'maxLength', 'maxItems']

function narrowed(previous: JsonObject, next: JsonObject): string | undefined {
  const isHigher = (key: string) => Number(next[key]) > (numberAt(previous, key) ?? -Infinity)
  const isLower = (key: string) => Number(next[key]) < (numberAt(previous, key) ?? Infinity)
  const bound = LEAST.find(isHigher) ?? MOST.find(isLower)
  if (bound !== undefined) return `would take fewer values, by ${bound} ${String(next[bound])}`
  const word = ['pattern', 'format'].find((key) => next[key] !== undefined && next[key] !== previous[key])
  if (word !== undefined) return `would take fewer values, by ${word} ${String(next[word])}`
  return narrowedEnum(previous['enum'], next['enum'])
}

function numberAt(node: JsonObject, key: string): number | undefined {
  const value = node[key]
  return typeof value === 'number' ? value : undefined
}

function narrowedEnum(previous: Json | undefined, next: Json | undefined): string | undefined {
  if (!Array.isArray(next)) return undefined
  if (!Array.isArray(previous)) return 'would take the values of an enum only'
  const lost = (previous as readonly Json[]).find((value) => !(next as readonly Json[]).includes(value))
  return lost === undefined ? undefined : `would no longer take ${JSON.stringify(lost)}`
}

function newlyRequired(previous: JsonObject, next: JsonObject, path: string): BreakingChange | undefined {
  const before = textsAt(previous, 'required')
  const name = textsAt(next, 'required').find((each) => !before.includes(each))
  if (name === undefined) return undefined
  const isNew = !isObject(objectAt(previous, 'properties')?.[name])
  return { path: `${path}/${name}`, what: `${isNew ? 'is new and ' : ''}would be required` }
}
