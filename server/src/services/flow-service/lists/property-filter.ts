import { FlowProblem } from '#services/flow-service/problems.ts'

/*
 * The grammar of the `property` parameter.
 *
 *   property   = condition | projection
 *   condition  = path operator value *( "," value )
 *   projection = field *( "," field )                 no operator anywhere
 *   path       = segment *( "." segment )             a segment may end with "[]": any element of the array
 *   value      = text | DQUOTE text DQUOTE
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
  /** Code for a name that is not one of them. */
  readonly unknownFieldCode: '1423-400' | '1449-400'
}

const OPERATORS: ReadonlySet<string> = new Set(['==', '!=', '<', '>', '<=', '>='])
const SEGMENT_PATTERN = /^[\w$:@/ -]+$/
const CONDITION_PATTERN = /^([^=!<>~"]*)([=!<>~]+)(.*)$/s

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
    const match = CONDITION_PATTERN.exec(text)
    if (match === null) projection = [...(projection ?? []), ...parseProjection(text, filterable)]
    else conditions.push(parseCondition(match, filterable))
  }
  return { conditions, projection }
}

function parseProjection(text: string, filterable: FilterableFields): readonly string[] {
  const fields = text.split(',').map((field) => field.trim())
  for (const field of fields) assertKnown(parsePath(field), field, filterable)
  return fields.map((field) => field.replace(/[.[].*$/, ''))
}

function parseCondition(match: RegExpExecArray, filterable: FilterableFields): Condition {
  const field = (match[1] ?? '').trim()
  const path = parsePath(field)
  assertKnown(path, field, filterable)
  const { operator, text } = parseOperator(match[2] ?? '', match[3] ?? '', field)
  const values = splitValues(text)
  if (values.length === 0 || values.some((value) => value === undefined)) {
    throw new FlowProblem(
      '1453-400',
      `The query value ${match[0]} is not valid: there is nothing after ${operator}.`,
      { value: match[0] },
    )
  }
  const condition = { field, path, operator, values: values as readonly string[] }
  assertApplicable(condition)
  return condition
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
  const known = [...filterable.fields].sort().join(', ')
  throw new FlowProblem(
    filterable.unknownFieldCode,
    `The field ${field} is not valid in a filter. Valid fields start with one of: ${known}.`,
    { field },
  )
}

/** The longest operator that the text starts with; what is left of `==<x` belongs to the value. */
function parseOperator(signs: string, rest: string, field: string): { operator: Operator; text: string } {
  if (OPERATORS.has(signs)) return { operator: signs as Operator, text: rest }
  if (signs === '~')
    throw new FlowProblem('1440-400', 'The operator ~ is not implemented. Use == with the exact value.', {
      field,
    })
  if (signs.startsWith('==')) return { operator: '==', text: signs.slice(2) + rest }
  // A single sign of equality is in one documented example.
  if (signs === '=') return { operator: '==', text: rest }
  throw new FlowProblem(
    '1450-400',
    `The operator ${signs} is not valid in a filter. Use ==, !=, <, >, <= or >=.`,
    { operator: signs },
  )
}

/** Splits at commas outside of double quotes and strips the quotes; an empty unquoted part is `undefined`. */
function splitValues(text: string): readonly (string | undefined)[] {
  const parts = text.match(/(?:"[^"]*"|[^,])+/g) ?? []
  if (/^,|,,|,$/.test(text.replaceAll(/"[^"]*"/g, '""'))) return [undefined]
  return parts.map((part) => {
    const trimmed = part.trim()
    const quoted = /^"(.*)"$/s.exec(trimmed)
    if (quoted !== null) return quoted[1] ?? ''
    return trimmed === '' ? undefined : trimmed
  })
}

function assertApplicable({ field, path, operator, values }: Condition): void {
  if (operator !== '==' && values.length > 1) {
    throw new FlowProblem(
      '1443-400',
      `The operator ${operator} is not allowed with several values. Repeat the property parameter instead.`,
      { operator },
    )
  }
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
  return /^(state|status)$/.test(path.at(-1) ?? '')
}

/** True for text that PostgreSQL reads as a number and that is one in JSON. */
export function isNumber(text: string): boolean {
  return /^-?\d{1,30}(\.\d{1,30})?$/.test(text.trim())
}
