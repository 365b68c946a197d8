import { badRequest } from './problems.ts'

/** A list request of Catalog, read from its query string. */
export interface ListQuery {
  readonly limit: number
  /** Entries left out at the beginning. */
  readonly start: number
  readonly orderBy: readonly SortKey[]
  /** Top-level properties to return; all when absent. */
  readonly properties: readonly string[] | undefined
  /** All of them must hold. */
  readonly conditions: readonly Condition[]
}

export interface SortKey {
  readonly property: string
  readonly direction: 'asc' | 'desc'
}

export type Condition =
  /** The property is (not) one of the values; without the property it is none of them. */
  | {
      readonly kind: 'oneOf'
      readonly property: string
      readonly values: readonly string[]
      readonly negated: boolean
    }
  /** `namePattern` may match several properties; one that satisfies the test is enough. */
  | { readonly kind: 'exists'; readonly property: PropertyName; readonly negated: boolean }
  | {
      readonly kind: 'compare'
      readonly property: PropertyName
      readonly operator: Comparison
      readonly value: string
    }
  | { readonly kind: 'tag'; readonly tag: string; readonly value: PrefixOrText }

/** Either one name or a LIKE pattern of names. */
export type PropertyName = { readonly name: string } | { readonly like: string }
export type PrefixOrText = { readonly text: string } | { readonly prefix: string }
export type Comparison = '==' | '!=' | '<' | '<=' | '>' | '>=' | '~'

/** What a kind of resource adds to the parameters that all lists know. */
export interface ListDialect {
  /** Parameters that bound a property: `createdAfter` is `created >`. */
  readonly bounds: Readonly<Record<string, { readonly property: string; readonly operator: Comparison }>>
  /** Parameters that are named otherwise than the property that they filter. */
  readonly aliases: Readonly<Record<string, string>>
  /** Other spellings of a value, for properties that have them. */
  readonly synonyms: Readonly<Record<string, Readonly<Record<string, string>>>>
}

export const CREATED_BOUNDS: ListDialect['bounds'] = {
  createdAfter: { property: 'created', operator: '>' },
  createdBefore: { property: 'created', operator: '<' },
}

type RawQuery = Readonly<Record<string, unknown>>

const DEFAULT_LIMIT = 20
const MAX_LIMIT = 100

/** Parameters with a meaning of their own; `requestDataSource` and `aggregate` change nothing here. */
const RESERVED: ReadonlySet<string> = new Set([
  'limit',
  'start',
  'offset',
  'orderBy',
  'orderby',
  'sort',
  'properties',
  'property',
  'tags',
  'requestDataSource',
  'aggregate',
])

/**
 * Reads a query string. A parameter without a value is the same as none, because request collections send
 * them so.
 *
 * @throws {PlainProblem} 400 for a limit, an offset or a condition that makes no sense
 */
export function parseListQuery(query: RawQuery, dialect: ListDialect): ListQuery {
  return {
    limit: parseCount('limit', firstText(query, 'limit'), {
      min: 1,
      max: MAX_LIMIT,
      fallback: DEFAULT_LIMIT,
    }),
    start: parseCount('start', firstText(query, 'start', 'offset'), {
      min: 0,
      max: Number.MAX_SAFE_INTEGER,
      fallback: 0,
    }),
    orderBy: parseOrder(firstText(query, 'orderBy', 'orderby', 'sort')),
    properties: parseProperties(firstText(query, 'properties')),
    conditions: [
      ...textsOf(query['property']).map(parsePropertyCondition),
      ...textsOf(query['tags']).flatMap(parseTags),
      ...Object.entries(query).flatMap(([name, value]) =>
        textsOf(value).flatMap((text) => parseFilter(name, text, dialect)),
      ),
    ],
  }
}

/** The names in a `properties` parameter; undefined when there are none. */
export function parseProperties(text: string | undefined): readonly string[] | undefined {
  const names = splitList(text ?? '')
  return names.length === 0 ? undefined : names
}

function parseCount(
  name: string,
  text: string | undefined,
  range: { min: number; max: number; fallback: number },
): number {
  if (text === undefined) return range.fallback
  const count = /^-?\d+$/.test(text) ? Number(text) : Number.NaN
  if (count >= range.min && count <= range.max) return count
  const bounds =
    range.max === Number.MAX_SAFE_INTEGER ? `from ${range.min} on` : `from ${range.min} to ${range.max}`
  throw badRequest(`The parameter '${name}' must be a whole number ${bounds}, not '${text}'.`)
}

function parseOrder(text: string | undefined): readonly SortKey[] {
  return splitList(text ?? '').map((key) => {
    const match = /^(?:(asc|desc):)?(.+)$/i.exec(key)
    const direction = match?.[1]?.toLowerCase() === 'desc' ? 'desc' : 'asc'
    return { property: match?.[2] ?? key, direction }
  })
}

function parseFilter(name: string, text: string, dialect: ListDialect): readonly Condition[] {
  if (RESERVED.has(name)) return []
  const bound = Object.hasOwn(dialect.bounds, name) ? dialect.bounds[name] : undefined
  if (bound !== undefined) {
    if (!/^\d+$/.test(text))
      throw badRequest(`The parameter '${name}' must be a time in milliseconds, not '${text}'.`)
    return [{ kind: 'compare', property: { name: bound.property }, operator: bound.operator, value: text }]
  }
  const property = Object.hasOwn(dialect.aliases, name) ? (dialect.aliases[name] ?? name) : name
  const negated = text.startsWith('!')
  const values = splitList(negated ? text.slice(1) : text)
  if (values.length === 0) return []
  return [{ kind: 'oneOf', property, values: withSynonyms(values, dialect.synonyms[property]), negated }]
}

function withSynonyms(
  values: readonly string[],
  synonyms: Readonly<Record<string, string>> | undefined,
): string[] {
  if (synonyms === undefined) return [...values]
  return values.flatMap((value) => {
    const other = Object.hasOwn(synonyms, value) ? synonyms[value] : undefined
    return other === undefined ? [value] : [value, other]
  })
}

const COMPARISON = /^(.+?)(==|!=|<=|>=|<|>|~)(.*)$/s

function parsePropertyCondition(text: string): Condition {
  const match = COMPARISON.exec(text)
  if (match !== null) {
    const [, name = '', operator, value = ''] = match
    return {
      kind: 'compare',
      property: parsePropertyName(name.trim()),
      operator: operator as Comparison,
      value: value.trim(),
    }
  }
  const negated = text.startsWith('!')
  const name = negated ? text.slice(1) : text
  if (name === '') throw badRequest(`The parameter 'property' must name a property, not '${text}'.`)
  return { kind: 'exists', property: parsePropertyName(name), negated }
}

/** `*` stands for any letters, `**` for one star. */
function parsePropertyName(text: string): PropertyName {
  if (!text.includes('*')) return { name: text }
  const parts = text.split('**').map((part) => part.split('*').map(escapeLike).join('%'))
  return parts.length > 1 && !parts.some((part) => part.includes('%'))
    ? { name: text.replaceAll('**', '*') }
    : { like: parts.join('*') }
}

function escapeLike(text: string): string {
  return text.replace(/[\\%_]/g, (character) => `\\${character}`)
}

function parseTags(text: string): readonly Condition[] {
  return splitList(text).map((item) => {
    const colon = item.indexOf(':')
    if (colon <= 0) throw badRequest(`The parameter 'tags' must be a list of 'tag:value', not '${text}'.`)
    const [tag, value] = [item.slice(0, colon), item.slice(colon + 1)]
    return { kind: 'tag', tag, value: value.endsWith('*') ? { prefix: value.slice(0, -1) } : { text: value } }
  })
}

/** The values of a parameter that may come several times, blanks left out. */
function textsOf(value: unknown): readonly string[] {
  const values: readonly unknown[] = Array.isArray(value) ? value : [value]
  return values
    .filter((text) => text !== undefined && text !== null)
    .map((text) => String(text).trim())
    .filter((text) => text !== '')
}

function firstText(query: RawQuery, ...names: readonly string[]): string | undefined {
  return names.flatMap((name) => textsOf(query[name]))[0]
}

function splitList(text: string): readonly string[] {
  return text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
}
