import { isObject } from '#kit/json.ts'
import { compareTexts } from './compare-texts.ts'
import { type Condition, isNumber, isStateField, meets, type Operator } from './property-filter.ts'

/** True when a document that is in memory meets all conditions; the twin of filter-sql.ts for the specs. */
export function matchesAll(document: unknown, conditions: readonly Condition[]): boolean {
  return conditions.every((condition) => matches(document, condition))
}

function matches(document: unknown, condition: Condition): boolean {
  const found = valuesAt(document, condition.path)
  if (condition.operator === '!=') return !found.some((value) => compare(value, '==', condition))
  return found.some((value) => compare(value, condition.operator, condition))
}

/** Every value that a path leads to. Arrays are walked through at every step, arrays in arrays are not. */
function valuesAt(value: unknown, path: readonly string[]): readonly unknown[] {
  const found = path.reduce<readonly unknown[]>(
    (values, name) =>
      values
        .flatMap(elementsOf)
        .filter(isObject)
        .flatMap((object) => (Object.hasOwn(object, name) ? [object[name]] : [])),
    [value],
  )
  return found.flatMap(elementsOf).filter((leaf) => leaf !== null && typeof leaf !== 'object')
}

function elementsOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [value]
}

function compare(value: unknown, operator: Operator, { values, path }: Condition): boolean {
  return values.some((wanted) => {
    if (typeof value === 'number') return isNumber(wanted) && meets(value - Number(wanted), operator)
    const fold = typeof value === 'boolean' || isStateField(path)
    const [left, right] = fold ? [String(value).toLowerCase(), wanted.toLowerCase()] : [String(value), wanted]
    return meets(compareTexts(left, right), operator)
  })
}
