import { parseDecimal } from './decimal.ts'
import type { Evaluate, FunctionContext } from './evaluate.ts'
import type { CallNode, ConditionalNode, Expression, LiteralNode, UnaryOperator } from './expression.ts'
import { findFunction } from './functions/catalogue.ts'
import {
  areSame,
  complement,
  eachOf,
  isEmpty,
  isTruthy,
  itemOf,
  METHODS,
  memberOf,
  negate,
  OPERATIONS,
  sizeOf,
} from './operators.ts'
import { parseJsonValue } from './parse-json.ts'
import type { RowMemo } from './row-memo.ts'
import { parseShapedText } from './shaped-text.ts'
import { EvaluationFailure, fail, isArray, isMap, textOf, typeNameOf, type Value } from './values.ts'

/** What an expression may speak of. */
export interface CompileScope {
  /** Readers of the columns, by their place in the plan. */
  readonly columns: readonly Evaluate[]
  readonly context: FunctionContext
  /** Shared by the expressions of a mapping; cleared after every batch. */
  readonly memo?: RowMemo | undefined
}

/** A closure, and whether it gives the same for every row. */
export interface CompiledExpression {
  readonly evaluate: Evaluate
  readonly isConstant: boolean
}

/** Compiles a bound and checked expression to closures. What doesn't depend on a row is evaluated here, once. */
export function compileExpression(expression: Expression, scope: CompileScope): CompiledExpression {
  const compiled = compileNode(expression, scope)
  return compiled.isConstant && expression.node !== 'literal' ? fold(compiled) : compiled
}

/** A failure stays a failure for every row, so that it is counted for every row. */
function fold({ evaluate }: CompiledExpression): CompiledExpression {
  try {
    return constant(evaluate(0))
  } catch (error) {
    if (!(error instanceof EvaluationFailure)) throw error
    return { evaluate: () => fail(error.message), isConstant: true }
  }
}

function constant(value: Value): CompiledExpression {
  return { evaluate: () => value, isConstant: true }
}

function compileNode(expression: Expression, scope: CompileScope): CompiledExpression {
  switch (expression.node) {
    case 'literal':
      return constant(literalValue(expression))
    case 'column':
      return { evaluate: scope.columns[expression.column] ?? missingColumn, isConstant: false }
    case 'field':
      return { evaluate: missingColumn, isConstant: false }
    case 'json':
      return remembered(expression, scope, parseJson)
    case 'shaped_text':
      return remembered(expression, scope, (value) => parseShapedText(value, expression))
    case 'each':
      return derive(
        [expression.of],
        scope,
        ([of]) =>
          (row) =>
            eachOf(of(row), expression.steps),
      )
    case 'member':
      return derive(
        [expression.of],
        scope,
        ([of]) =>
          (row) =>
            memberOf(of(row), expression.name),
      )
    case 'item':
      return derive(
        [expression.of, expression.index],
        scope,
        ([of, index]) =>
          (row) =>
            itemOf(of(row), index(row)),
      )
    case 'array':
      return compileArray(expression.items, expression.isSet, scope)
    case 'map':
      return compileMap(expression.entries, scope)
    case 'call':
      return compileCall(expression, scope)
    case 'method': {
      const operate = METHODS.get(expression.name) ?? unknownOperation
      const parts = [expression.of, expression.args[0] ?? NULL] as const
      return derive(
        parts,
        scope,
        ([of, argument]) =>
          (row) =>
            operate(of(row), argument(row)),
      )
    }
    case 'unary': {
      const operate = UNARY[expression.operator]
      return derive(
        [expression.operand],
        scope,
        ([operand]) =>
          (row) =>
            operate(operand(row)),
      )
    }
    case 'binary':
      return compileBinary(expression, scope)
    case 'conditional':
      return compileConditional(expression, scope)
  }
}

/** What is read out of a column is read once a row, however many fields are in it. */
function remembered(
  expression: Extract<Expression, { node: 'json' | 'shaped_text' }>,
  scope: CompileScope,
  read: (value: Value) => Value,
): CompiledExpression {
  const { node, of } = expression
  const { evaluate, isConstant } = compileExpression(of, scope)
  const fresh: Evaluate = (row) => read(evaluate(row))
  const isShared = of.node === 'column' && scope.memo !== undefined
  return {
    evaluate: isShared
      ? scope.memo.of(
          `${node}${'whole' in expression ? ` ${JSON.stringify(expression.whole)}` : ''} ${of.column}`,
          fresh,
        )
      : fresh,
    isConstant,
  }
}

const NULL: LiteralNode = { node: 'literal', type: 'null', text: '' }

const UNARY: Readonly<Record<UnaryOperator, (value: Value) => Value>> = {
  '-': negate,
  '~': complement,
  '!': (value) => !isTruthy(value),
  empty: isEmpty,
  size: sizeOf,
}

type Closures<T extends readonly Expression[]> = { readonly [K in keyof T]: Evaluate }

/** Compiles the parts and puts a closure over theirs; constant when all parts are. */
function derive<const T extends readonly Expression[]>(
  parts: T,
  scope: CompileScope,
  make: (closures: Closures<T>) => Evaluate,
): CompiledExpression {
  const compiled = parts.map((part) => compileExpression(part, scope))
  return {
    evaluate: make(compiled.map((part) => part.evaluate) as unknown as Closures<T>),
    isConstant: compiled.every((part) => part.isConstant),
  }
}

/** The value of a literal. */
export function literalValue({ type, text }: LiteralNode): Value {
  switch (type) {
    case 'null':
      return null
    case 'boolean':
      return text === 'true'
    case 'integer':
      return BigInt(text)
    case 'double':
      return Number(text)
    case 'decimal':
      return parseDecimal(text) ?? null
    case 'string':
      return text
  }
}

function missingColumn(): Value {
  return fail('The expression speaks of a column that is not read')
}

function unknownOperation(): Value {
  return fail('There is no such method')
}

/** JSON arrives as text; what is an array or object already, or null, stays. */
function parseJson(value: Value): Value {
  if (value === null || isArray(value) || isMap(value)) return value
  return typeof value === 'string' ? parseJsonValue(value) : fail(`${typeNameOf(value)} has no members`)
}

function compileArray(items: readonly Expression[], isSet: boolean, scope: CompileScope): CompiledExpression {
  return derive(items, scope, (closures) => (row) => {
    const values = closures.map((closure) => closure(row))
    return isSet ? withoutRepeats(values) : values
  })
}

function withoutRepeats(values: readonly Value[]): readonly Value[] {
  return values.filter((value, index) => values.findIndex((other) => areSame(other, value)) === index)
}

function compileMap(
  entries: readonly { readonly key: Expression; readonly value: Expression }[],
  scope: CompileScope,
): CompiledExpression {
  const parts = entries.flatMap(({ key, value }) => [key, value])
  return derive(parts, scope, (closures) => (row) => {
    const map = new Map<string, Value>()
    for (let index = 0; index + 1 < closures.length; index += 2) {
      map.set(textOf(closures[index]?.(row) ?? null), closures[index + 1]?.(row) ?? null)
    }
    return map
  })
}

function compileBinary(
  { operator, left, right }: Extract<Expression, { node: 'binary' }>,
  scope: CompileScope,
): CompiledExpression {
  const parts = [left, right] as const
  if (operator === '&&')
    return derive(
      parts,
      scope,
      ([a, b]) =>
        (row) =>
          isTruthy(a(row)) && isTruthy(b(row)),
    )
  if (operator === '||')
    return derive(
      parts,
      scope,
      ([a, b]) =>
        (row) =>
          isTruthy(a(row)) || isTruthy(b(row)),
    )
  const operate = OPERATIONS[operator]
  return derive(
    parts,
    scope,
    ([a, b]) =>
      (row) =>
        operate(a(row), b(row)),
  )
}

function compileConditional(expression: ConditionalNode, scope: CompileScope): CompiledExpression {
  const { kind, test, whenTrue = NULL, otherwise } = expression
  if (kind === 'ternary') {
    return derive(
      [test, whenTrue, otherwise],
      scope,
      ([a, b, c]) =>
        (row) =>
          isTruthy(a(row)) ? b(row) : c(row),
    )
  }
  const isTaken = kind === 'elvis' ? isTruthy : (value: Value) => value !== null
  return derive([test, otherwise], scope, ([a, b]) => (row) => {
    const value = a(row)
    return isTaken(value) ? value : b(row)
  })
}

function compileCall({ name, args }: CallNode, scope: CompileScope): CompiledExpression {
  const entry = findFunction(name)
  if (!entry) return { evaluate: () => fail(`There is no function "${name}"`), isConstant: false }
  const { evaluateLazily } = entry
  const compiled = derive(args, scope, (closures): Evaluate => {
    if (evaluateLazily) return (row) => evaluateLazily(closures, row)
    return (row) =>
      entry.evaluate(
        closures.map((closure) => closure(row)),
        scope.context,
      )
  })
  return { evaluate: compiled.evaluate, isConstant: compiled.isConstant && entry.isPure }
}
