import type { Json, JsonObject } from '#kit/json.ts'
import { withDeadline } from '#kit/with-deadline.ts'
import { invalidQuery } from './problems.ts'

/** A pattern on a few hundred titles takes microseconds; one that does not end holds up nobody for longer. */
const PATIENCE_MS = 500

/** The entries that pass a filter. Throws RegistryProblem 400 for a pattern that takes for ever. */
export function filterBy<Entry>(
  entries: readonly Entry[],
  matches: Filter,
  documentOf: (entry: Entry) => JsonObject,
): readonly Entry[] {
  return withDeadline(() => entries.filter((entry) => matches(documentOf(entry))), PATIENCE_MS, tooSlow)
}

function tooSlow(): Error {
  return invalidQuery(
    'The pattern takes too long to be matched. Use one without repetitions inside of repetitions.',
  )
}

/** Says whether a document has what a `property` parameter asks for. */
export type Filter = (document: JsonObject) => boolean

const CONDITION = /^\s*([^=!<>~]+?)\s*(?:(==|!=|<=|>=|<|>|~)\s*(.*?)\s*)?$/s
const PATTERN_LIMIT_CHARS = 200

/**
 * The `property` parameters of a list: `title==x`, `!=`, `<`, `>`, `<=`, `>=`, `title~pattern`, or a bare name for
 * "has it". All have to hold, those joined by commas too. A list matches when one of its values does.
 */
export function parseFilter(properties: readonly string[]): Filter {
  // A comma only separates when a new condition follows; values and patterns may contain commas.
  const conditions = properties
    .flatMap((property) => property.split(/,(?=[^,=!<>~]+(?:==|!=|<|>|~))/))
    .map(parseCondition)
  return (document) => conditions.every((condition) => condition(document))
}

function parseCondition(text: string): Filter {
  const [, name, operator, value = ''] = CONDITION.exec(text) ?? []
  if (name === undefined)
    throw invalidQuery(`The filter property=${text} is not readable. Write name==value.`)
  if (operator === undefined) return (document) => document[name] !== undefined
  if (operator === '!=') return (document) => !valuesOf(document[name]).some((each) => textOf(each) === value)
  const test = parseTest(operator, value)
  return (document) => valuesOf(document[name]).some(test)
}

function parseTest(operator: string, value: string): (each: Json) => boolean {
  if (operator === '==') return (each) => textOf(each) === value
  if (operator === '~') {
    const pattern = parsePattern(value)
    return (each) => pattern.test(textOf(each))
  }
  return (each) => {
    const order = compare(each, value)
    if (order === 0) return operator.endsWith('=')
    return order < 0 === operator.startsWith('<')
  }
}

function parsePattern(text: string): RegExp {
  if (text.length > PATTERN_LIMIT_CHARS)
    throw invalidQuery(`A pattern has at most ${PATTERN_LIMIT_CHARS} characters.`)
  try {
    return new RegExp(text)
  } catch {
    throw invalidQuery(`"${text}" is no regular expression.`)
  }
}

function valuesOf(value: Json | undefined): readonly Json[] {
  if (value === undefined) return []
  return Array.isArray(value) ? (value as readonly Json[]) : [value]
}

function textOf(value: Json): string {
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}

function compare(value: Json, wanted: string): number {
  if (typeof value === 'number') return value - Number(wanted)
  const text = textOf(value)
  return text === wanted ? 0 : text < wanted ? -1 : 1
}
