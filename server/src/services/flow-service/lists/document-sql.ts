import { type RawBuilder, sql } from 'kysely'
import { type Condition, isNumber, isStateField, type Operator } from './property-filter.ts'

/*
 * Conditions on the document itself. Lax JSON paths walk through arrays by themselves, so `ids[]==a` and `ids==a`
 * are the same. Values are compared by their own type; `!=` means that no value is equal.
 */

/** What a condition asks of the document of a row of a table that is called `entity`. */
export function documentSql(condition: Condition): RawBuilder<boolean> {
  const { operator } = condition
  if (operator !== '==' && operator !== '!=') return someValueSql(condition, operator)
  const found = isExact(condition) ? equalitySql(condition) : someValueSql(condition, '==')
  return operator === '==' ? found : sql`not ${found}`
}

/** True for an equality that the index of documents can find. */
export function isFindable(condition: Condition): boolean {
  return condition.operator === '==' && isExact(condition)
}

/** A JSON path has no equality without regard to case, and the index knows no negative number in one. */
function isExact({ path, values }: Condition): boolean {
  return !isStateField(path) && !values.some((value) => isNumber(value) && value.trim().startsWith('-'))
}

function equalitySql({ path, values }: Condition): RawBuilder<boolean> {
  return holdsSql(sql.ref('entity.document'), pathOf(path), values)
}

/** True of a JSON value that has one of the values at a path. */
export function holdsSql(
  json: RawBuilder<unknown>,
  path: string,
  values: readonly string[],
): RawBuilder<boolean> {
  const equals = values.flatMap(literalsOf).map((literal) => `@ == ${literal}`)
  return sql`${json} @? ${`${path} ? (${equals.join(' || ')})`}::jsonpath`
}

/** Everything stored that a value equals: the text, and the number or boolean that it spells. */
function literalsOf(value: string): readonly string[] {
  const lower = value.toLowerCase()
  return [
    JSON.stringify(value),
    ...(isNumber(value) ? [value.trim().replace(/^0+(?=\d)/, '')] : []),
    ...(lower === 'true' || lower === 'false' ? [lower] : []),
  ]
}

function pathOf(path: readonly string[]): string {
  return `$.${path.map((name) => JSON.stringify(name)).join('.')}[*]`
}

function someValueSql(condition: Condition, operator: Operator): RawBuilder<boolean> {
  return sql`exists (
    select from jsonb_path_query(entity.document, ${pathOf(condition.path)}::jsonpath) as found (value)
    where ${valueSql(condition, operator)}
  )`
}

/** The order of evaluation matters: only numbers are cast to numeric, and `case` promises it. */
function valueSql({ path, values }: Condition, operator: Operator): RawBuilder<boolean> {
  const text = sql`(found.value #>> '{}')`
  const asText = isStateField(path)
    ? compareSql(sql`lower(${text})`, operator, values.map(lower), 'text')
    : compareSql(text, operator, values, 'text')
  return sql`case jsonb_typeof(found.value)
    when 'number' then ${compareSql(sql`${text}::numeric`, operator, values.filter(isNumber), 'numeric')}
    when 'boolean' then ${compareSql(text, operator, values.map(lower), 'text')}
    when 'string' then ${asText}
    else false
  end`
}

function compareSql(
  left: RawBuilder<unknown>,
  operator: Operator,
  values: readonly string[],
  type: 'text' | 'numeric',
): RawBuilder<boolean> {
  const collated = type === 'text' ? sql`${left} collate "C"` : left
  return sql`${collated} ${sql.raw(operator === '==' ? '=' : operator)} any(${values}::${sql.raw(type)}[])`
}

function lower(text: string): string {
  return text.toLowerCase()
}
