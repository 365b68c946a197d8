import { isObject } from '#kit/json.ts'
import { parsePql } from './parse-pql.ts'
import { type FilterPlace, RowFilterError, shown } from './row-filter-error.ts'

/** A filter out of its envelope: the tree, not checked yet, and where its nodes stand if it was text. */
export interface FilterDocument {
  readonly node: unknown
  readonly places: WeakMap<object, FilterPlace>
}

/**
 * A filter as it travels in a query: JSON if it is JSON, else PQL text. Both are what `compileRowFilter` takes.
 * @throws RowFilterError for what begins like JSON and isn't
 */
export function parseFilterDocument(text: string): unknown {
  const trimmed = text.trim()
  try {
    return JSON.parse(trimmed)
  } catch {
    if (!/^[{[]/.test(trimmed)) return trimmed
    throw new RowFilterError('envelope', 'The filter begins like JSON, but is not valid JSON.')
  }
}

/**
 * Takes a filter out of its envelope `{type, format, value}`; a bare tree and a bare PQL text are their own
 * envelope. Without a format, the type of `value` decides.
 * @throws RowFilterError for another type or format, a value that isn't of it, and a text that can't be parsed
 */
export function readFilter(filter: unknown): FilterDocument {
  if (typeof filter === 'string') return parsePql(filter)
  if (isObject(filter) && 'nodeType' in filter) return treeOf(filter)
  if (!isObject(filter) || !('value' in filter)) {
    throw new RowFilterError('envelope', `A filter is an object {type, format, value}, not ${shown(filter)}.`)
  }
  assertPql(filter['type'])
  return readValue(filter['value'], notationOf(filter['format']))
}

function assertPql(type: unknown): void {
  if (type === undefined || type === null) return
  if (typeof type === 'string' && type.trim().toLowerCase() === 'pql') return
  throw new RowFilterError(
    'envelope',
    `The type ${shown(type)} of the filter is not known; it must be "PQL".`,
  )
}

type Notation = 'json' | 'text'

function notationOf(format: unknown): Notation | undefined {
  if (format === undefined || format === null || format === '') return undefined
  const name = typeof format === 'string' ? format.trim().toLowerCase() : ''
  if (/(?:^|[/+])json$/.test(name)) return 'json'
  if (/(?:^|\/)(?:text|plain)$/.test(name)) return 'text'
  throw new RowFilterError(
    'envelope',
    `The format ${shown(format)} of the filter is not known; use "pql/json" or "pql/text".`,
  )
}

function readValue(value: unknown, notation: Notation | undefined): FilterDocument {
  const isText = typeof value === 'string'
  if (notation === 'json') return treeOf(isText ? parseTree(value) : value)
  if (notation === undefined && !isText) return treeOf(value)
  if (isText) return parsePql(value)
  throw new RowFilterError(
    'envelope',
    `The value of a filter in pql/text must be a text, not ${shown(value)}; use the format "pql/json".`,
  )
}

/** JSON in a text, as the platform's segments carry it. */
function parseTree(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    const message = `The value ${shown(text)} of the filter is not JSON; use the format "pql/text" for PQL text.`
    throw new RowFilterError('envelope', message)
  }
}

function treeOf(node: unknown): FilterDocument {
  return { node, places: new WeakMap() }
}
