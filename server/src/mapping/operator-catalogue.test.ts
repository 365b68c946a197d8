import { describe, expect, it } from 'vitest'
import { MAPPING_OPERATORS } from './operator-catalogue.ts'
import { evaluateText, printValue } from './testing/evaluate-text.ts'

describe('the catalogue of operators', () => {
  it.each(MAPPING_OPERATORS)('$example gives $result', ({ example, result, operatorSymbol }) => {
    expect(example).toContain(operatorSymbol)
    expect(printValue(evaluateText(example))).toBe(result)
  })

  it.each([
    ['add', 2],
    ['divide', 2],
    ['complement', 1],
    ['negate', 1],
    ['not', 1],
  ])('%s takes %i', (name, operands) => {
    expect(MAPPING_OPERATORS.find(({ methodName }) => methodName === name)?.numberOfOperands).toBe(operands)
  })
})
