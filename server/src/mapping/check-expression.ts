import { childrenOf, type Expression } from './expression.ts'
import { findFunction, UNAVAILABLE_FUNCTIONS } from './functions/catalogue.ts'
import { METHODS } from './operators.ts'

/** What is wrong with an expression apart from its grammar: unknown functions and methods, missing arguments. */
export function checkExpression(expression: Expression): readonly string[] {
  return [...checkNode(expression), ...childrenOf(expression).flatMap(checkExpression)]
}

function checkNode(expression: Expression): readonly string[] {
  if (expression.node === 'call') return checkCall(expression.name, expression.args)
  if (expression.node !== 'method') return []
  if (!METHODS.has(expression.name)) {
    return [`There is no method "${expression.name}"; the methods are ${[...METHODS.keys()].join(', ')}`]
  }
  return expression.args.length === 1 ? [] : [`The method "${expression.name}" takes one argument`]
}

function checkCall(name: string, args: readonly Expression[]): readonly string[] {
  const reason = UNAVAILABLE_FUNCTIONS.get(name)
  if (reason !== undefined) return [`The function "${name}" is not available: ${reason}`]
  const entry = findFunction(name)
  if (!entry) return [`There is no function "${name}"`]
  if (args.length < entry.minArgs || args.length > entry.maxArgs) {
    return [`The function "${name}" was given ${args.length} arguments; it is ${entry.syntax}`]
  }
  const isPathConstant = args[0]?.node === 'literal' && args[0].type === 'string'
  return entry.name === 'contains_key' && !isPathConstant
    ? ['The path of contains_key must be a constant text']
    : []
}
