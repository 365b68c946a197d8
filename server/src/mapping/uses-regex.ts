import { childrenOf, type Expression } from './expression.ts'
import type { FieldRules } from './field-rules.ts'
import type { MappingPlan } from './mapping-plan.ts'

const REGEX_FUNCTIONS: ReadonlySet<string> = new Set(['extract_regex', 'matches_regex', 'explode'])
const REGEX_OPERATORS: ReadonlySet<string> = new Set(['=~', '!~'])

/** True when regular expressions of users are matched with values: by expressions, or by patterns of the schema. */
export function usesRegex({ outputs }: MappingPlan): boolean {
  return outputs.some(({ from, rules }) => {
    if (rules !== undefined && hasPattern(rules)) return true
    if (from.kind === 'expression') return matches(from.expression)
    return from.kind === 'tree' && from.parts.some(({ expression }) => matches(expression))
  })
}

function matches(expression: Expression): boolean {
  if (expression.node === 'call' && REGEX_FUNCTIONS.has(expression.name)) return true
  if (expression.node === 'binary' && REGEX_OPERATORS.has(expression.operator)) return true
  return childrenOf(expression).some(matches)
}

function hasPattern({ pattern, fields, items }: FieldRules): boolean {
  if (pattern !== undefined || (items !== undefined && hasPattern(items))) return true
  return Object.values(fields ?? {}).some(hasPattern)
}
