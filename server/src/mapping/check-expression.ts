import { nearestName } from '#kit/nearest.ts'
import { type BinaryNode, type CallNode, childrenOf, type Expression } from './expression.ts'
import { FUNCTION_NAMES, findFunction, UNAVAILABLE_FUNCTIONS } from './functions/catalogue.ts'
import type { MappingFunction } from './functions/define-function.ts'
import { matchesWholly } from './java-regex.ts'
import { METHODS } from './operators.ts'
import { EvaluationFailure } from './values.ts'

/**
 * What is wrong with an expression apart from its grammar: unknown functions and methods, missing arguments,
 * constants that can never work, such as a regular expression that can't be carried out.
 */
export function checkExpression(expression: Expression): readonly string[] {
  return [...checkNode(expression), ...childrenOf(expression).flatMap(checkExpression)]
}

function checkNode(expression: Expression): readonly string[] {
  if (expression.node === 'call') return checkCall(expression)
  if (expression.node === 'binary') return checkBinary(expression)
  if (expression.node !== 'method') return []
  if (!METHODS.has(expression.name)) {
    return [`There is no method "${expression.name}"; the methods are ${[...METHODS.keys()].join(', ')}`]
  }
  return expression.args.length === 1 ? [] : [`The method "${expression.name}" takes one argument`]
}

function checkCall({ name, args }: CallNode): readonly string[] {
  const reason = UNAVAILABLE_FUNCTIONS.get(name)
  if (reason !== undefined) return [`The function "${name}" is not available: ${reason}`]
  const entry = findFunction(name)
  if (!entry) return [unknownFunction(name)]
  if (args.length < entry.minArgs || args.length > entry.maxArgs) {
    return [`The function "${name}" was given ${args.length} arguments; it is ${entry.syntax}`]
  }
  if (entry.name === 'contains_key' && textOf(args[0]) === undefined) {
    return ['The path of contains_key must be a constant text']
  }
  return checkConstants(name, entry, args)
}

function unknownFunction(name: string): string {
  const near = nearestName(name, FUNCTION_NAMES)
  return `There is no function "${name}"${near === undefined ? '' : `. Did you mean "${near}"?`}`
}

function checkConstants(
  name: string,
  { params }: MappingFunction,
  args: readonly Expression[],
): readonly string[] {
  return params.flatMap((param, index) => {
    const { check } = param
    const text = textOf(args[index])
    const problem = check === undefined || text === undefined ? undefined : failureOf(() => check(text))
    return problem === undefined ? [] : [`The ${param.name} ${JSON.stringify(text)} of ${name}: ${problem}`]
  })
}

/** `=~` with a text takes it as a regular expression. */
function checkBinary({ operator, right }: BinaryNode): readonly string[] {
  const text = operator === '=~' || operator === '!~' ? textOf(right) : undefined
  const problem = text === undefined ? undefined : failureOf(() => matchesWholly('', text))
  return problem === undefined ? [] : [`The regular expression ${JSON.stringify(text)}: ${problem}`]
}

function textOf(expression: Expression | undefined): string | undefined {
  return expression?.node === 'literal' && expression.type === 'string' ? expression.text : undefined
}

function failureOf(work: () => unknown): string | undefined {
  try {
    work()
    return undefined
  } catch (error) {
    if (error instanceof EvaluationFailure) return error.message
    throw error
  }
}
