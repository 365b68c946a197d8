import { type Expression, type LiteralNode, mapChildren, stepInto } from './expression.ts'
import { findFunction } from './functions/catalogue.ts'
import { type PathStep, parsePath } from './paths.ts'

/** Where the fields of an expression come from. */
export interface FieldSource {
  /** A place among the columns of the plan; `undefined` when there is no such column. */
  findColumn(name: string): number | undefined
  /** What a column is where its parts are asked for: JSON unless told otherwise. */
  partsOf?(column: number): Expression | undefined
  /** What an expression becomes that speaks of a field which is not there. */
  missing(name: string): Expression
}

export const NULL_NODE: LiteralNode = { node: 'literal', type: 'null', text: '' }

/** Turns every field of an expression into a column, or into a member of the JSON that a column holds. */
export function bindExpression(expression: Expression, source: FieldSource): Expression {
  const chain = chainOf(expression)
  if (chain) return bindNames(chain, source)
  if (expression.node === 'call' && findFunction(expression.name)?.name === 'contains_key') {
    return bindPresence(expression.args[0], source)
  }
  const bound = mapChildren(expression, (child) => bindExpression(child, source))
  if ((bound.node !== 'item' && bound.node !== 'each') || bound.of.node !== 'column') return bound
  return { ...bound, of: partsOf(bound.of, source) }
}

/** What an expression is where its parts are asked for: a column holds them as text. */
export function partsOf(of: Expression, source: Pick<FieldSource, 'partsOf'>): Expression {
  return of.node === 'column' ? (source.partsOf?.(of.column) ?? { node: 'json', of }) : of
}

/** The names of `a.b.c`; `undefined` for an expression that is more than that. */
function chainOf(expression: Expression): readonly string[] | undefined {
  if (expression.node === 'field') return [expression.name]
  const names = expression.node === 'member' ? chainOf(expression.of) : undefined
  return names && expression.node === 'member' ? [...names, expression.name] : undefined
}

/** A column may have dots in its name: the longest name that is a column counts, the rest are its members. */
function bindNames(names: readonly string[], source: FieldSource): Expression {
  for (let length = names.length; length > 0; length--) {
    const column = source.findColumn(names.slice(0, length).join('.'))
    if (column === undefined) continue
    const rest = names.slice(length)
    const whole: Expression = { node: 'column', column }
    const parts = source.partsOf?.(column)
    // Mentioned alone, an array is its items; whatever else has parts is the text that PostgreSQL prints.
    if (rest.length === 0) return isOfItems(parts) ? parts : whole
    return membersOf(parts ?? whole, rest)
  }
  return source.missing(names.join('.'))
}

function isOfItems(parts: Expression | undefined): parts is Expression {
  return parts?.node === 'shaped_text' && ['array', 'vector', 'multirange'].includes(parts.shape.kind)
}

/** Members of the JSON text that an expression gives. */
export function membersOf(of: Expression, names: readonly string[]): Expression {
  if (names.length === 0) return of
  const root: Expression = of.node === 'column' ? { node: 'json', of } : of
  return names.reduce((inner, name): Expression => ({ node: 'member', of: inner, name }), root)
}

/** Columns are always there; a member of JSON is when it is not null. */
function bindPresence(path: Expression | undefined, source: FieldSource): Expression {
  if (path?.node !== 'literal') return NULL_NODE
  const bound = bindPath(path.text, { ...source, missing: () => NULL_NODE })
  if (bound.node === 'column') return { node: 'literal', type: 'boolean', text: 'true' }
  return { node: 'binary', operator: '!=', left: bound, right: NULL_NODE }
}

/**
 * Binds the path of an attribute. A column of exactly that name comes first, then the text is read as a path.
 * @throws MappingSyntaxError for a text that is neither
 */
export function bindPath(path: string, source: FieldSource): Expression {
  const column = source.findColumn(path)
  if (column !== undefined) return { node: 'column', column }
  const steps = parsePath(/^\$\{(.*)\}$/.exec(path)?.[1] ?? path)
  return bindExpression(expressionOfPath(steps), source)
}

function expressionOfPath(steps: readonly PathStep[]): Expression {
  return steps.reduce<Expression>(
    (of, step) =>
      of === NULL_NODE && step.kind === 'name'
        ? { node: 'field', name: step.name, position: 0 }
        : stepInto(of, step),
    NULL_NODE,
  )
}
