import { isObject } from '#kit/json.ts'
import { type Condition, isNumber, isStateField, type Operator } from './property-filter.ts'

/** True when a document that is in memory meets all conditions; the twin of filter-sql.ts for the specs. */
export function matchesAll(document: unknown, conditions: readonly Condition[]): boolean {
  return conditions.every((condition) => matches(document, condition))
}

function matches(document: unknown, condition: Condition): boolean {
  const found = valuesAt(document, condition.path)
  if (condition.operator === '!=') return !found.some((value) => compare(value, '==', condition))
  return found.some((value) => compare(value, condition.operator, condition))
}

/** Every value that a path leads to; arrays are walked through at every step. */
function valuesAt(value: unknown, path: readonly string[]): readonly unknown[] {
  if (Array.isArray(value)) return value.flatMap((element) => valuesAt(element, path))
  const [name, ...rest] = path
  if (name === undefined) return value === undefined || value === null || isObject(value) ? [] : [value]
  return isObject(value) ? valuesAt(value[name], rest) : []
}

function compare(value: unknown, operator: Operator, { values, path }: Condition): boolean {
  return values.some((wanted) => {
    if (typeof value === 'number') return isNumber(wanted) && ordered(value - Number(wanted), operator)
    const fold = typeof value === 'boolean' || isStateField(path)
    const [left, right] = fold ? [String(value).toLowerCase(), wanted.toLowerCase()] : [String(value), wanted]
    return ordered(left === right ? 0 : left < right ? -1 : 1, operator)
  })
}

function ordered(difference: number, operator: Operator): boolean {
  if (operator === '==') return difference === 0
  if (operator === '<') return difference < 0
  if (operator === '>') return difference > 0
  return operator === '<=' ? difference <= 0 : difference >= 0
}
