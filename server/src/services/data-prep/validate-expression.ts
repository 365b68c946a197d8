import { isObject } from '#kit/json.ts'
import { checkExpression } from '#mapping/check-expression.ts'
import { MappingSyntaxError } from '#mapping/mapping-syntax-error.ts'
import { parseExpression } from '#mapping/parse-expression.ts'
import { badRequest } from './problems.ts'

export interface ExpressionValidation {
  readonly validationStatus: 'succeeded' | 'failed'
  readonly error: string
}

/**
 * Checks the grammar of an expression and the functions that it calls.
 *
 * @throws {DataPrepProblem} 400 when the body has no expression; a wrong one is an answer, not an error
 */
export function validateExpression(body: unknown): ExpressionValidation {
  const problem = problemOf(readExpression(body))
  return problem === undefined
    ? { validationStatus: 'succeeded', error: 'none' }
    : { validationStatus: 'failed', error: problem }
}

/** The published example nests the expression once more. */
function readExpression(body: unknown): string {
  const given = isObject(body) ? body['expression'] : undefined
  const expression = isObject(given) ? given['expression'] : given
  if (typeof expression === 'string') return expression
  throw badRequest("The property 'expression' must be the text of an expression.")
}

function problemOf(text: string): string | undefined {
  try {
    return checkExpression(parseExpression(text))[0]
  } catch (error) {
    if (error instanceof MappingSyntaxError) return error.message
    throw error
  }
}
