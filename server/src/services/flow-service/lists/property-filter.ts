import { FlowProblem } from '#services/flow-service/problems.ts'

/*
 * The grammar of the `property` parameter.
 *
 *   property   = item *( "," item )
 *   item       = condition | field
 *   condition  = path operator value *( "," value )
 *   path       = segment *( "." segment )             a segment may end with "[]": any element of the array
 *   value      = text | DQUOTE text DQUOTE            the quotes protect commas
 *
 * Fields before the first condition say what to show. What follows a condition is another value of it, unless it
 * is a condition on a known field itself: clients that are generated from the API's description join the
 * conditions of a request with commas.
 */

export type Operator = '==' | '!=' | '<' | '>' | '<=' | '>='

/** One condition. Several values (only with `==`) mean: any of them. */
export interface Condition {
  /** As the client wrote it, for messages. */
  readonly field: string
  /** Names from the top of the document, without brackets; never empty. */
  readonly path: readonly string[]
  readonly operator: Operator
  /** Never empty. */
  readonly values: readonly string[]
}

/** What all `property` parameters of a request say together: conditions are joined with AND. */
export interface PropertyFilter {
  readonly conditions: readonly Condition[]
  /** Top-level names to keep; `undefined` keeps all. */
  readonly projection?: readonly string[] | undefined
}

/** What may be asked of a resource. */
export interface FilterableFields {
  /** Top-level names that a path may start with. */
  readonly fields: ReadonlySet<string>
  /** Those of them that hold an object, whatever resource it is. */
  readonly objects?: ReadonlySet<string> | undefined
  /** Code for a name that is not one of them. */
  readonly unknownFieldCode: '1423-400' | '1449-400'
}

const OPERATORS: ReadonlySet<string> = new Set(['==', '!=', '<', '>', '<=', '>='])
const SEGMENT_PATTERN = /^[\p{L}\p{N}_$:@/ -]+$/u
const CONDITION_PATTERN = /^([^=!<>~"]*)([=!<>~]+)(.*)$/s
const AGGREGATE_PATTERN = /^(\w+)\s*\((.*)\)$/
const AGGREGATES: ReadonlySet<string> = new Set(['avg', 'count', 'max', 'min', 'sum'])

/**
 * Reads the `property` parameters of a request.
 *
 * @throws {FlowProblem} with the documented code for anything outside of the grammar
 */
export function parsePropertyFilter(
  parameters: readonly string[],
  filterable: FilterableFields,
): PropertyFilter {
  const conditions: Condition[] = []
  let projection: string[] | undefined
  for (const parameter of parameters) {
    const text = parameter.trim()
    if (text === '') continue
    if (text.includes('\0'))
      throw new FlowProblem('1452-400', 'A value with a NUL character is not valid for any field.')
    const { fields, written } = splitItems(text, filterable)
    if (fields.length > 0)
      projection = [...(projection ?? []), ...fields.map((field) => topOf(field, filterable))]
    conditions.push(...written.map((condition) => parseCondition(condition, filterable)))
  }
  return { conditions, projection }
}

/** A condition as it was written: `name`, `==`, and what stands between the commas after it. */
interface WrittenCondition {
  readonly field: string
  readonly signs: string
  readonly values: string[]
}

function splitItems(
  text: string,
  filterable: FilterableFields,
): { readonly fields: readonly string[]; readonly written: readonly WrittenCondition[] } {
  const fields: string[] = []
  const written: WrittenCondition[] = []
  for (const item of splitOutsideQuotes(text, ',')) {
    const [, field = '', signs = '', value = ''] = CONDITION_PATTERN.exec(item) ?? []
    const last = written.at(-1)
    if (signs !== '' && (last === undefined || isCondition(field, signs, filterable)))
      written.push({ field: field.trim(), signs, values: [value] })
    else if (last !== undefined) last.values.push(item)
    else fields.push(item.trim())
  }
  return { fields, written }
}

/** True when what may be a value is certainly a condition of its own. */
function isCondition(field: string, signs: string, { fields }: FilterableFields): boolean {
  return OPERATORS.has(signs) && fields.has(parsePath(field.trim())[0] ?? '')
}

/** Parts between separators that are not inside of double quotes. A quote that nothing closes is text. */
export function splitOutsideQuotes(text: string, separator: ',' | '&'): readonly string[] {
  const parts = ['']
  for (const piece of text.match(/"[^"]*"|[,&]|[^,&"]+|"/g) ?? []) {
    if (piece === separator) parts.push('')
    else parts.push(parts.pop() + piece)
  }
  return parts
}

function topOf(field: string, filterable: FilterableFields): string {
  const path = parsePath(field)
  assertKnown(path, field, filterable)
  return path[0] ?? ''
}

function parseCondition(
  { field, signs, values: written }: WrittenCondition,
  filterable: FilterableFields,
): Condition {
  const path = parsePath(field)
  assertKnown(path, field, filterable)
  const { operator, rest } = parseOperator(signs, field)
  const values = [rest + written[0], ...written.slice(1)].map(parseValue)
  if (values.includes(undefined)) {
    throw new FlowProblem(
      '1453-400',
      `The query value ${field}${signs}${written.join(',')} is not valid: a value is missing after ${operator}.`,
      { value: `${field}${signs}${written.join(',')}` },
    )
  }
  const condition = { field, path, operator, values: values as readonly string[] }
  assertApplicable(condition, filterable)
  return condition
}

/** Quotes around a value are not part of it; nothing at all is `undefined`. */
function parseValue(text: string): string | undefined {
  const trimmed = text.trim()
  const quoted = /^"(.*)"$/s.exec(trimmed)
  if (quoted !== null) return quoted[1] ?? ''
  return trimmed === '' ? undefined : trimmed
}

/** The path of a dotted name. */
export function parsePath(field: string): readonly string[] {
  return field.split('.').map((segment) => segment.replace(/\[\]$/, ''))
}

function assertKnown(path: readonly string[], field: string, filterable: FilterableFields): void {
  const [first] = path
  if (
    first !== undefined &&
    filterable.fields.has(first) &&
    path.every((segment) => SEGMENT_PATTERN.test(segment))
  )
    return
  const [, aggregate, argument] = AGGREGATE_PATTERN.exec(field) ?? []
  if (aggregate !== undefined) throw noAggregate(aggregate, argument?.trim() ?? '')
  const known = [...filterable.fields].sort().join(', ')
  throw new FlowProblem(
    filterable.unknownFieldCode,
    `The field ${field} is not valid in a filter. Valid fields start with one of: ${known}.`,
    { field },
  )
}

/** The catalogue has codes for aggregates, but the API has none. */
function noAggregate(aggregate: string, field: string): FlowProblem {
  const remedy = 'Filter the field itself; count=true counts.'
  if (!AGGREGATES.has(aggregate.toLowerCase()))
    return new FlowProblem('1438-400', `The aggregate operation ${aggregate} is not supported. ${remedy}`, {
      aggregate,
    })
  if (isIdField(parsePath(field)))
    return new FlowProblem('1442-400', `Aggregation is not allowed on the field ${field}. ${remedy}`, {
      aggregate,
      field,
    })
  return new FlowProblem('1441-400', `The aggregate function ${aggregate} is not implemented. ${remedy}`, {
    aggregate,
    field,
  })
}

/** The longest operator that the signs start with; what is left of `==<x` belongs to the value. */
function parseOperator(signs: string, field: string): { operator: Operator; rest: string } {
  if (OPERATORS.has(signs)) return { operator: signs as Operator, rest: '' }
  if (signs === '~')
    throw new FlowProblem('1440-400', 'The operator ~ is not implemented. Use == with the exact value.', {
      field,
    })
  if (signs.startsWith('==')) return { operator: '==', rest: signs.slice(2) }
  // A single sign of equality is in one documented example.
  if (signs === '=') return { operator: '==', rest: '' }
  throw new FlowProblem(
    '1450-400',
    `The operator ${signs} is not valid in a filter. Use ==, !=, <, >, <= or >=.`,
    { operator: signs },
  )
}

function assertApplicable(condition: Condition, { objects }: FilterableFields): void {
  const { field, path, operator, values } = condition
  if (operator !== '==' && values.length > 1) {
    throw new FlowProblem(
      '1443-400',
      `The operator ${operator} is not allowed with several values. Repeat the property parameter instead.`,
      { operator },
    )
  }
  if (path.length === 1 && objects?.has(field)) {
    throw new FlowProblem(
      '1454-400',
      `The field ${field} is an object, which no value can be compared with. Name a member of it: ${field}.<name>.`,
      { field },
    )
  }
  assertComparable(condition)
}

function assertComparable({ field, path, operator, values }: Condition): void {
  const isRange = operator !== '==' && operator !== '!='
  if (isRange && isIdField(path)) {
    throw new FlowProblem(
      '1448-400',
      `The operator ${operator} is not supported for the field ${field}. Use == or !=.`,
      { operator, field },
    )
  }
  const wrong = isTimeField(path) ? values.find((value) => !isNumber(value)) : undefined
  if (wrong !== undefined) {
    throw new FlowProblem(
      '1452-400',
      `The value ${wrong} is not valid for the field ${field}, which is a time in epoch milliseconds.`,
      { value: wrong, field },
    )
  }
}

function isIdField(path: readonly string[]): boolean {
  return /^(id|ids|.+Ids?)$/.test(path.at(-1) ?? '')
}

/** Fields that are known to hold numbers. */
export function isTimeField(path: readonly string[]): boolean {
  return /(^(createdAt|updatedAt)|AtUTC)$/.test(path.at(-1) ?? '')
}

/** Fields whose values are compared without regard to case: docs filter `Failed`, data has `failed`. */
export function isStateField(path: readonly string[]): boolean {
  return /^(state|status|status\.value)$/.test(path.slice(path.at(-1) === 'value' ? -2 : -1).join('.'))
}

/** True when two values whose comparison had this result (below, at or above zero) meet the operator. */
export function meets(difference: number, operator: Operator): boolean {
  if (operator === '==') return difference === 0
  if (operator === '!=') return difference !== 0
  if (operator === '<') return difference < 0
  if (operator === '>') return difference > 0
  return operator === '<=' ? difference <= 0 : difference >= 0
}

/** True for text that PostgreSQL reads as a number and that is one in JSON. */
export function isNumber(text: string): boolean {
  return /^-?\d{1,30}(\.\d{1,30})?$/.test(text.trim())
}
