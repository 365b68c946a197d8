import { type RawBuilder, sql } from 'kysely'
import { isUuid } from '#kit/ids.ts'
import { ABSENT_TIME, type FieldColumn } from '#services/flow-service/entities/entity-kinds.ts'
import { compareTexts } from './compare-texts.ts'
import { holdsSql } from './document-sql.ts'
import { type Condition, isNumber, meets } from './property-filter.ts'

/*
 * Conditions on the columns that answer for a field. They are written so that the planner sees a constant it has
 * statistics for, and so that one value is `=`: several make it give up the order of an index.
 */

/** What a condition asks of a row of a table that is called `entity`. */
export function columnSql(column: FieldColumn, condition: Condition): RawBuilder<boolean> {
  if (column.type === 'uuid') return uuidSql(column, condition)
  if (column.type === 'bigint' || column.type === 'time') return numberSql(column, condition)
  if (column.type === 'texts') return memberSql(column, condition)
  if (column.values !== undefined) return listedSql(column.values, column, condition)
  if (column.type === 'flag') return flagSql(column, condition)
  return textSql(column, condition)
}

export function refOf({ column }: FieldColumn): RawBuilder<unknown> {
  return sql.ref(`entity.${column}`)
}

const NOTHING = sql<boolean>`false`

/** Text that is no uuid equals none. */
function uuidSql(column: FieldColumn, { operator, values }: Condition): RawBuilder<boolean> {
  const ref = refOf(column)
  const ids = values.filter(isUuid)
  if (operator === '==') return anyOf(ref, ids, 'uuid')
  const [id] = ids
  if (id === undefined) return sql`true`
  return column.isNullable === true ? sql`${ref} is distinct from ${id}::uuid` : sql`${ref} <> ${id}::uuid`
}

function anyOf(ref: RawBuilder<unknown>, values: readonly string[], type: string): RawBuilder<boolean> {
  const [first, ...others] = values
  if (first === undefined) return NOTHING
  if (others.length === 0) return sql`${ref} = ${first}::${sql.raw(type)}`
  return sql`${ref} = any(${values}::${sql.raw(type)}[])`
}

/** A column with a handful of values: every operator comes down to some of them. */
function listedSql(
  listed: readonly string[],
  column: FieldColumn,
  { operator, values: [wanted = '', ...others] }: Condition,
): RawBuilder<boolean> {
  const isWanted = (value: string): boolean =>
    [wanted, ...others].some((other) =>
      meets(compareTexts(value.toLowerCase(), other.toLowerCase()), operator),
    )
  // A blank stands for a field that is absent, which equals nothing.
  const found = listed.filter((value) => (value === '' ? operator === '!=' : isWanted(value)))
  return anyOf(refOf(column), found, 'text')
}

/** Ranges of lists of ids are refused before. */
function memberSql(column: FieldColumn, { operator, values }: Condition): RawBuilder<boolean> {
  const found = holdsSql(refOf(column), '$[*]', values)
  return operator === '!=' ? sql`not ${found}` : found
}

/** A blank stands for a field that is absent, which equals nothing. */
function flagSql(column: FieldColumn, condition: Condition): RawBuilder<boolean> {
  const ref = refOf(column)
  const values = condition.values.map((value) => value.toLowerCase()).filter((value) => value !== '')
  const [value] = values
  if (condition.operator === '==') return anyOf(ref, values, 'text')
  if (condition.operator === '!=') return value === undefined ? sql`true` : sql`${ref} <> ${value}`
  return sql`(${ref} <> '' and ${compareSql(ref, { ...condition, values: [value ?? ''] })})`
}

function textSql(column: FieldColumn, condition: Condition): RawBuilder<boolean> {
  const { fold, prefix, isNullable } = column
  const ref = refOf(column)
  if (condition.operator === '!=' && isNullable === true)
    return sql`${ref} is distinct from ${condition.values[0]}::text`
  if (prefix !== undefined && condition.operator !== '!=') return prefixedSql(ref, prefix, condition)
  if (fold !== true) return compareSql(ref, condition)
  const values = condition.values.map((value) => value.toLowerCase())
  return compareSql(sql`lower(${ref})`, { ...condition, values })
}

/** In the words of the index; only what may go on behind its prefix has to be compared as a whole too. */
function prefixedSql(ref: RawBuilder<unknown>, prefix: number, condition: Condition): RawBuilder<boolean> {
  const starts = condition.values.map((value) => [...value].slice(0, prefix).join(''))
  const expression = prefixOf(ref, prefix)
  if (starts.every((start) => [...start].length < prefix)) return compareSql(expression, condition)
  const operator = condition.operator === '<' ? '<=' : condition.operator === '>' ? '>=' : condition.operator
  return sql`(${compareSql(expression, { operator, values: starts })} and ${compareSql(ref, condition)})`
}

/** The expression that the indexes of a text hold. */
export function prefixOf(ref: RawBuilder<unknown>, prefix: number): RawBuilder<unknown> {
  return sql`left(${ref}, ${sql.lit(prefix)})`
}

function compareSql(
  left: RawBuilder<unknown>,
  { operator, values }: Pick<Condition, 'operator' | 'values'>,
): RawBuilder<boolean> {
  // By code points, whatever the database was created with.
  const text = sql`${left} collate "C"`
  if (operator === '==') return anyOf(text, values, 'text')
  return sql`${text} ${sql.raw(operator === '!=' ? '<>' : operator)} ${values[0]}::text`
}

/** Values that are no numbers equal none; the others become the whole number that says the same. */
function numberSql(column: FieldColumn, condition: Condition): RawBuilder<boolean> {
  const ref = refOf(column)
  const whole = condition.values.filter(isNumber).flatMap(wholeNumber)
  if (condition.operator === '==') return anyOf(ref, whole, 'bigint')
  if (condition.operator === '!=')
    return whole[0] === undefined ? sql`true` : sql`${ref} <> ${whole[0]}::bigint`
  const range = rangeOf(condition)
  if (range === undefined) return NOTHING
  const least = column.type === 'time' && (range.least ?? ABSENT) <= ABSENT ? ABSENT + 1n : range.least
  const bounds = [
    ...(least === undefined ? [] : [sql<boolean>`${ref} >= ${String(least)}::bigint`]),
    ...(range.most === undefined ? [] : [sql<boolean>`${ref} <= ${String(range.most)}::bigint`]),
  ]
  return sql`(${sql.join(bounds, sql` and `)})`
}

const ABSENT = BigInt(ABSENT_TIME)

/** The whole numbers that meet a condition. */
export interface NumberRange {
  readonly least?: bigint | undefined
  readonly most?: bigint | undefined
}

/** What a condition allows, if it allows one range: `undefined` for text, and for `!=`. */
export function rangeOf({ operator, values }: Condition): NumberRange | undefined {
  const numbers = values.filter(isNumber)
  const [number] = numbers
  if (number === undefined || operator === '!=') return undefined
  if (operator === '<') return { most: boundOf(number, 'up') - 1n }
  if (operator === '<=') return { most: boundOf(number, 'down') }
  if (operator === '>') return { least: boundOf(number, 'down') + 1n }
  if (operator === '>=') return { least: boundOf(number, 'up') }
  const bounds = numbers.map((text) => boundOf(text, 'down'))
  return { least: bounds.reduce(smaller), most: bounds.reduce(larger) }
}

export function smaller(a: bigint, b: bigint): bigint {
  return a < b ? a : b
}

export function larger(a: bigint, b: bigint): bigint {
  return a > b ? a : b
}

/** The number when it is whole and a column could hold it, else nothing. */
function wholeNumber(text: string): readonly string[] {
  const down = boundOf(text, 'down')
  return down === boundOf(text, 'up') && down > -LARGEST && down < LARGEST ? [String(down)] : []
}

/** Beyond every time, and well within a bigint. */
const LARGEST = 2n ** 62n

/** The next whole number below or above; what no column can hold is cut down. */
function boundOf(text: string, direction: 'up' | 'down'): bigint {
  const [, sign = '', whole = '0', fraction = ''] = /^(-?)(\d+)(?:\.(\d+))?$/.exec(text.trim()) ?? []
  const magnitude = BigInt(whole)
  const towardsZero = sign === '-' ? -magnitude : magnitude
  const isWhole = !/[1-9]/.test(fraction)
  const moves = !isWhole && (direction === 'up') === (sign === '')
  const bound = moves ? towardsZero + (direction === 'up' ? 1n : -1n) : towardsZero
  return bound > LARGEST ? LARGEST : bound < -LARGEST ? -LARGEST : bound
}
