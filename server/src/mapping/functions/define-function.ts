import type { Evaluate, FunctionContext } from '#mapping/evaluate.ts'
import type { Value } from '#mapping/values.ts'

export type FunctionCategory =
  | 'String'
  | 'Regular expression'
  | 'Hashing'
  | 'URL'
  | 'Date and time'
  | 'Hierarchy'
  | 'Logical'
  | 'Aggregation'
  | 'Type conversion'
  | 'JSON'
  | 'Special'
  | 'Analytics'

export interface FunctionParam {
  readonly name: string
  readonly type: string
  readonly description: string
  readonly isOptional?: boolean | undefined
  /** May be given any number of times, and so must come last. Consecutive repeated ones repeat together. */
  readonly isRepeated?: boolean | undefined
  /** Fails on a constant text that can never work, so that it is refused before a row is read. */
  readonly check?: ((text: string) => unknown) | undefined
}

/** One function of the mapping language: what it does, and all that the catalogue says about it. */
export interface MappingFunction {
  readonly name: string
  readonly aliases: readonly string[]
  readonly category: FunctionCategory
  readonly description: string
  readonly params: readonly FunctionParam[]
  readonly syntax: string
  /** What comes back, in words. */
  readonly returns: string
  readonly returnType: string
  /** A whole expression and the text of its value; arrays and objects as JSON. */
  readonly example: string
  readonly result: string
  readonly since: string
  /** The same arguments give the same value, so that a call with constants is evaluated once. */
  readonly isPure: boolean
  readonly minArgs: number
  readonly maxArgs: number
  evaluate(args: readonly Value[], context: FunctionContext): Value
  /** For functions that leave some arguments alone: these are evaluated only when asked for. */
  readonly evaluateLazily?: ((args: readonly Evaluate[], row: number) => Value) | undefined
}

interface Definition {
  readonly name: string
  readonly aliases?: readonly string[] | undefined
  readonly category: FunctionCategory
  readonly description: string
  readonly params: readonly FunctionParam[]
  readonly returns: string
  readonly returnType: string
  readonly example: string
  readonly result: string
  readonly isPure?: boolean | undefined
  /** `propagate` (the default): a null among the required arguments makes the result null. */
  readonly nulls?: 'propagate' | 'handle' | undefined
  readonly evaluate: (args: readonly Value[], context: FunctionContext) => Value
  readonly evaluateLazily?: ((args: readonly Evaluate[], row: number) => Value) | undefined
}

/** Completes a definition: syntax, numbers of arguments, rule for nulls. */
export function defineFunction(definition: Definition): MappingFunction {
  const { params, evaluate, nulls = 'propagate' } = definition
  const minArgs = params.filter((param) => !param.isOptional).length
  const maxArgs = params.some((param) => param.isRepeated) ? Number.POSITIVE_INFINITY : params.length
  return {
    ...definition,
    aliases: definition.aliases ?? [],
    isPure: definition.isPure ?? true,
    syntax: syntaxOf(definition),
    since: '1.0',
    minArgs,
    maxArgs,
    evaluate: nulls === 'handle' ? evaluate : propagatingNulls(evaluate, minArgs),
  }
}

function propagatingNulls(evaluate: Definition['evaluate'], minArgs: number): Definition['evaluate'] {
  return (args, context) => {
    for (let index = 0; index < minArgs; index++) {
      if (args[index] === null) return null
    }
    return evaluate(args, context)
  }
}

function syntaxOf({ name, params }: Definition): string {
  const words = params.map((param) => (param.isOptional ? `[${param.name}]` : param.name))
  const isRepeated = params.some((param) => param.isRepeated)
  return `${name}(${words.join(', ')}${isRepeated ? ', ...' : ''})`
}

/** A parameter that must be given. */
export function required(name: string, type: string, description: string): FunctionParam {
  return { name, type, description }
}

/** A parameter that may be left out. */
export function optional(name: string, type: string, description: string): FunctionParam {
  return { name, type, description, isOptional: true }
}

/** The parameter with a check of what is given as a constant text. */
export function checked(param: FunctionParam, check: (text: string) => unknown): FunctionParam {
  return { ...param, check }
}

/** A parameter that must be given once at least. */
export function repeated(name: string, type: string, description: string): FunctionParam {
  return { name, type, description, isRepeated: true }
}
