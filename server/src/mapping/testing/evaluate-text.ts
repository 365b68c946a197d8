import { bindExpression } from '#mapping/bind-expression.ts'
import { checkExpression } from '#mapping/check-expression.ts'
import { parseExpression } from '#mapping/parse-expression.ts'
import { evaluateOnRecord } from '#mapping/preview-mapping.ts'
import { isArray, isMap, textOf, toJson, type Value, type ValueMap } from '#mapping/values.ts'

/** The moment that the examples of the catalogue speak of. */
export const TEST_NOW_MS = Date.UTC(2021, 9, 26, 10, 10, 24, 571)

/** Parses, checks, binds and evaluates. */
export function evaluateText(text: string, record: ValueMap = new Map()): Value {
  const expression = parseExpression(text)
  const [problem] = checkExpression(expression)
  if (problem !== undefined) throw new Error(problem)
  return evaluateOnRecord((source) => bindExpression(expression, source), record, TEST_NOW_MS)
}

/** As the catalogue prints results: plain text, arrays and objects as JSON. */
export function printValue(value: Value): string {
  if (value === null) return 'null'
  return isArray(value) || isMap(value) ? JSON.stringify(toJson(value)) : textOf(value)
}
