import { type ColumnType, isColumnType, type LakeField } from '#columns/column-type.ts'
import { formatPath, formatPathStep } from '#mapping/paths.ts'
import type { Value } from '#mapping/values.ts'
import { misfitOf } from './fitting-types.ts'
import { commonPrefix, joined, wordsOf } from './name-words.ts'
import { PATH_OF_SYNONYM } from './synonyms.ts'

/** A column, and some of its values where those are known. */
export interface ColumnToMap {
  readonly name: string
  /** `undefined` for a list or object. */
  readonly type: ColumnType | undefined
  readonly values?: readonly Value[] | undefined
}

/** A mapping that will work, and how sure it is that it is meant: 1 for equal names. */
export interface SuggestedMapping {
  readonly source: string
  readonly destination: string
  readonly matchScore: number
  readonly description: string
}

export interface Suggestion {
  readonly mappings: readonly SuggestedMapping[]
  readonly unmapped: readonly { readonly source: string; readonly reason: string }[]
}

/** A field that a column might go to. */
interface Leaf {
  readonly path: string
  readonly type: ColumnType
  /** Names on the way to it without the tenant's namespace. */
  readonly names: readonly string[]
  readonly words: readonly string[]
}

interface Match {
  readonly column: ColumnToMap
  readonly leaf: Leaf
  readonly score: number
  readonly why: string
}

/** What is less sure would be a guess. */
const LEAST_SCORE = 0.7
/** What a prefix that all columns have takes from a score. */
const PREFIX_FACTOR = 0.9

/**
 * Finds fields for columns by name and type. A field is suggested once at most, and only when every value of the
 * column arrives in it as it is; names that several fields fit equally well lead to none of them.
 */
export function suggestMapping(columns: readonly ColumnToMap[], fields: readonly LakeField[]): Suggestion {
  const leaves = leavesOf(fields, [])
  const prefix = commonPrefix(columns.map(({ name }) => wordsOf(name)))
  const found = columns.map((column) => matchesOf(column, leaves, prefix))
  const taken = assign(found.flatMap(({ matches }) => matches))
  const mappings: SuggestedMapping[] = []
  const unmapped: { source: string; reason: string }[] = []
  for (const { column, matches, reason } of found) {
    const match = taken.get(column)
    if (match) mappings.push(toMapping(match))
    else unmapped.push({ source: column.name, reason: reason ?? takenBy(matches, taken) })
  }
  return { mappings, unmapped }
}

function leavesOf(fields: readonly LakeField[], above: readonly string[]): Leaf[] {
  return fields.flatMap(({ name, type }) => {
    const path = [...above, name]
    if (type.kind === 'struct') return leavesOf(type.fields, path)
    if (!isColumnType(type)) return []
    const names = path.length > 1 && path[0]?.startsWith('_') ? path.slice(1) : path
    return [{ path: formatPath(path), type, names, words: names.flatMap(wordsOf) }]
  })
}

interface Found {
  readonly column: ColumnToMap
  /** Best first. */
  readonly matches: readonly Match[]
  /** Why there are none. */
  readonly reason?: string | undefined
}

function matchesOf(column: ColumnToMap, leaves: readonly Leaf[], prefix: readonly string[]): Found {
  const { type } = column
  if (type === undefined)
    return { column, matches: [], reason: 'Lists and objects are not suggested. Map it by hand.' }
  const named = leaves
    .flatMap((leaf): Match[] => {
      const { score, why } = scoreOf(column.name, leaf, prefix, leaves)
      return score < LEAST_SCORE ? [] : [{ column, leaf, score, why }]
    })
    .sort((a, b) => b.score - a.score || a.leaf.names.length - b.leaf.names.length)
  const [best] = named
  if (best === undefined) return { column, matches: [], reason: 'No field has a name like this.' }
  const misfits = new Map(named.map((match) => [match, misfitOf(type, match.leaf.type, column.values ?? [])]))
  const matches = named.filter((match) => misfits.get(match) === undefined)
  const [first, second] = matches
  if (first === undefined)
    return { column, matches: [], reason: `The name fits "${best.leaf.path}", but ${misfits.get(best)}.` }
  if (second !== undefined && isTie(first, second)) {
    const reason = `The name fits "${first.leaf.path}" as well as "${second.leaf.path}". Choose one of them.`
    return { column, matches: [], reason }
  }
  return { column, matches }
}

function isTie(one: Match, other: Match): boolean {
  return one.score === other.score && one.leaf.names.length === other.leaf.names.length
}

interface Score {
  readonly score: number
  readonly why: string
}

const NOTHING: Score = { score: 0, why: '' }

function scoreOf(name: string, leaf: Leaf, prefix: readonly string[], leaves: readonly Leaf[]): Score {
  const own = scoreOfName(name, wordsOf(name), leaf, leaves)
  if (prefix.length === 0) return own
  const words = wordsOf(name).slice(prefix.length)
  const bare = scoreOfName(undefined, words, leaf, leaves)
  const score = bare.score * PREFIX_FACTOR
  return score > own.score ? { score, why: `${bare.why}, without the prefix of all columns` } : own
}

function scoreOfName(
  name: string | undefined,
  words: readonly string[],
  leaf: Leaf,
  leaves: readonly Leaf[],
): Score {
  const text = joined(words)
  if (name !== undefined && (name === leaf.path || formatPathStep(name) === leaf.path))
    return { score: 1, why: 'The name is the path of the field' }
  const last = leaf.names.at(-1) ?? ''
  const isAlone =
    leaf.names.length === 1 || leaves.filter((other) => other.names.at(-1) === last).length === 1
  if (isAlone && name === last) return { score: 1, why: 'The names are equal' }
  if (isAlone && text === joined(wordsOf(last))) return { score: 0.95, why: 'The names have the same words' }
  if (PATH_OF_SYNONYM.get(text) === leaf.path)
    return { score: 0.9, why: 'The name is a usual one for the field' }
  if (text === joined(leaf.words)) return { score: 0.9, why: 'The name has the words of the path' }
  return leaf.names.length > 1 && isPartOfPath(words, leaf)
    ? { score: 0.8, why: 'The name has words of the path' }
    : NOTHING
}

/** `billing_city` for `billingAddress.city`: words in the order of the path, and all those of its last name. */
function isPartOfPath(words: readonly string[], { words: path, names }: Leaf): boolean {
  const last = wordsOf(names.at(-1) ?? '')
  if (words.length <= last.length || joined(words.slice(-last.length)) !== joined(last)) return false
  let place = 0
  for (const word of words) {
    const found = path.indexOf(word, place)
    if (found < 0) return false
    place = found + 1
  }
  return true
}

/** The best matches first; nothing is used twice. */
function assign(matches: readonly Match[]): ReadonlyMap<ColumnToMap, Match> {
  const taken = new Map<ColumnToMap, Match>()
  const used = new Set<Leaf>()
  for (const match of matches.toSorted((a, b) => b.score - a.score)) {
    if (taken.has(match.column) || used.has(match.leaf)) continue
    taken.set(match.column, match)
    used.add(match.leaf)
  }
  return taken
}

function takenBy(matches: readonly Match[], taken: ReadonlyMap<ColumnToMap, Match>): string {
  const [best] = matches
  const other = [...taken.values()].find(({ leaf }) => leaf === best?.leaf)
  return `The field "${best?.leaf.path}" goes to the column "${other?.column.name}", whose name fits better.`
}

function toMapping({ column, leaf, score, why }: Match): SuggestedMapping {
  // A column whose name has dots is found by its name, and needs no escape.
  return {
    source: column.name,
    destination: leaf.path,
    matchScore: Math.round(score * 100) / 100,
    description: why,
  }
}
