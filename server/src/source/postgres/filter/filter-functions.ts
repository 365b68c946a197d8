import { nearestKnown } from './nearest-known.ts'
import { shown } from './row-filter-error.ts'

/** A function of a filter, as PQL spells it, and how many parameters it takes. */
export interface FilterFunction {
  readonly name: string
  readonly min: number
  readonly max: number
  readonly kind: FunctionKind
}

type FunctionKind = 'comparison' | 'join' | 'not' | 'list' | 'null' | 'like' | 'text'

function some(kind: FunctionKind, min: number, max: number, names: readonly string[]): FilterFunction[] {
  return names.map((name) => ({ name, min, max, kind }))
}

/** Every function that a filter may use, in the order in which messages list them. */
const FUNCTIONS: readonly FilterFunction[] = [
  ...some('comparison', 2, 2, ['=', '!=', '<', '<=', '>', '>=']),
  ...some('like', 2, 2, ['like']),
  ...some('list', 2, 2, ['in', 'notIn']),
  ...some('null', 1, 1, ['isNull', 'isNotNull']),
  ...some('text', 2, 3, ['startsWith', 'endsWith', 'contains', 'equals']),
  ...some('text', 2, 3, ['doesNotStartWith', 'doesNotEndWith', 'doesNotContain', 'notEqualTo']),
  ...some('join', 1, Number.POSITIVE_INFINITY, ['and', 'or']),
  ...some('not', 1, 1, ['not']),
]

const BY_NAME: ReadonlyMap<string, FilterFunction> = new Map(
  FUNCTIONS.map((entry) => [entry.name.toLowerCase(), entry]),
)

export const FUNCTION_NAMES: readonly string[] = FUNCTIONS.map(({ name }) => name)

/** The function of a name, in whatever case; `==` is `=`. */
export function findFunction(name: string): FilterFunction | undefined {
  const key = name.trim().toLowerCase()
  return BY_NAME.get(key === '==' ? '=' : key)
}

/** What is wrong with a function that filters don't know. */
export function unknownFunction(name: string): string {
  const nearest = nearestKnown(name, FUNCTION_NAMES)
  const hint = nearest === undefined ? '' : ` Did you mean ${nearest}?`
  return `The function ${shown(name)} is not known.${hint} Filters know ${FUNCTION_NAMES.join(', ')}.`
}
