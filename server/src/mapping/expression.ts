import type { LakeType } from '#columns/column-type.ts'
import type { TextShape } from '#typemap/text-shape.ts'
import type { PathStep } from './paths.ts'

/**
 * An expression as a tree of plain JSON, so that it can be stored and can cross threads. The parser makes
 * `field` nodes; binding to the columns of a source (bind-expression.ts) turns them into `column` nodes.
 */
export type Expression =
  | LiteralNode
  | { readonly node: 'field'; readonly name: string; readonly position: number }
  | { readonly node: 'column'; readonly column: number }
  | { readonly node: 'json'; readonly of: Expression }
  /** The parts of a column of PostgreSQL's arrays, composites, ranges and so on. */
  | {
      readonly node: 'shaped_text'
      readonly of: Expression
      readonly shape: TextShape
      /** It lands as a whole, in a place of this type; absent for what an expression makes something of. */
      readonly whole?: LakeType | undefined
    }
  /** `of[*]` and what follows it: an array of what is at the end of the steps in every item. */
  | { readonly node: 'each'; readonly of: Expression; readonly steps: readonly PathStep[] }
  | { readonly node: 'member'; readonly of: Expression; readonly name: string }
  | { readonly node: 'item'; readonly of: Expression; readonly index: Expression }
  | { readonly node: 'array'; readonly items: readonly Expression[]; readonly isSet: boolean }
  | { readonly node: 'map'; readonly entries: readonly MapEntry[] }
  | CallNode
  | MethodNode
  | { readonly node: 'unary'; readonly operator: UnaryOperator; readonly operand: Expression }
  | BinaryNode
  | ConditionalNode

/** The text is that of the number without its suffix; decimal for `B`, integers without a bound. */
export interface LiteralNode {
  readonly node: 'literal'
  readonly type: 'null' | 'boolean' | 'integer' | 'double' | 'decimal' | 'string'
  readonly text: string
}

export interface MapEntry {
  readonly key: Expression
  readonly value: Expression
}

export interface CallNode {
  readonly node: 'call'
  readonly name: string
  readonly args: readonly Expression[]
  readonly position: number
}

export interface MethodNode {
  readonly node: 'method'
  readonly of: Expression
  readonly name: string
  readonly args: readonly Expression[]
  readonly position: number
}

export interface BinaryNode {
  readonly node: 'binary'
  readonly operator: BinaryOperator
  readonly left: Expression
  readonly right: Expression
}

/** `c ? a : b`; with `elvis` the test is the first value, with `coalesce` only null leads to the second. */
export interface ConditionalNode {
  readonly node: 'conditional'
  readonly kind: 'ternary' | 'elvis' | 'coalesce'
  readonly test: Expression
  /** Absent unless `ternary`. */
  readonly whenTrue?: Expression | undefined
  readonly otherwise: Expression
}

export type UnaryOperator = '-' | '~' | '!' | 'empty' | 'size'

export type BinaryOperator =
  | '||'
  | '&&'
  | '|'
  | '^'
  | '&'
  | '=='
  | '!='
  | '..'
  | '<'
  | '>'
  | '<='
  | '>='
  | '=~'
  | '!~'
  | '=^'
  | '!^'
  | '=$'
  | '!$'
  | '+'
  | '-'
  | '*'
  | '/'
  | '%'

/**
 * An expression with one more step of a path. What follows `[*]` becomes part of it, since it is done for every item.
 */
export function stepInto(of: Expression, step: PathStep): Expression {
  if (of.node === 'each') return { ...of, steps: [...of.steps, step] }
  if (step.kind === 'every') return { node: 'each', of, steps: [] }
  if (step.kind === 'name') return { node: 'member', of, name: step.name }
  return { node: 'item', of, index: { node: 'literal', type: 'integer', text: String(step.index) } }
}

/** The expressions directly below one. */
export function childrenOf(expression: Expression): readonly Expression[] {
  switch (expression.node) {
    case 'literal':
    case 'field':
    case 'column':
      return []
    case 'json':
    case 'shaped_text':
    case 'each':
    case 'member':
      return [expression.of]
    case 'item':
      return [expression.of, expression.index]
    case 'array':
      return expression.items
    case 'map':
      return expression.entries.flatMap((entry) => [entry.key, entry.value])
    case 'call':
      return expression.args
    case 'method':
      return [expression.of, ...expression.args]
    case 'unary':
      return [expression.operand]
    case 'binary':
      return [expression.left, expression.right]
    case 'conditional':
      return expression.whenTrue
        ? [expression.test, expression.whenTrue, expression.otherwise]
        : [expression.test, expression.otherwise]
  }
}

/** The same expression with every direct child replaced. */
export function mapChildren(expression: Expression, change: (child: Expression) => Expression): Expression {
  switch (expression.node) {
    case 'literal':
    case 'field':
    case 'column':
      return expression
    case 'json':
    case 'shaped_text':
    case 'each':
    case 'member':
      return { ...expression, of: change(expression.of) }
    case 'item':
      return { ...expression, of: change(expression.of), index: change(expression.index) }
    case 'array':
      return { ...expression, items: expression.items.map(change) }
    case 'map':
      return {
        ...expression,
        entries: expression.entries.map(({ key, value }) => ({ key: change(key), value: change(value) })),
      }
    case 'call':
      return { ...expression, args: expression.args.map(change) }
    case 'method':
      return { ...expression, of: change(expression.of), args: expression.args.map(change) }
    case 'unary':
      return { ...expression, operand: change(expression.operand) }
    case 'binary':
      return { ...expression, left: change(expression.left), right: change(expression.right) }
    case 'conditional':
      return {
        ...expression,
        test: change(expression.test),
        otherwise: change(expression.otherwise),
        ...(expression.whenTrue ? { whenTrue: change(expression.whenTrue) } : {}),
      }
  }
}
