import { areEqual, compareValues, isTruthy } from '#mapping/operators.ts'
import type { Value } from '#mapping/values.ts'
import { spread, valueAt } from './arguments.ts'
import { defineFunction, type MappingFunction, optional, repeated, required } from './define-function.ts'

const category = 'Logical' as const

const iif = defineFunction({
  name: 'iif',
  category,
  description: 'Chooses between two values. The one that is not chosen is not evaluated.',
  params: [
    required('condition', 'boolean', 'What decides'),
    required('then', 'any', 'The value where the condition holds'),
    required('otherwise', 'any', 'The value where it does not'),
  ],
  returns: 'The chosen value',
  returnType: 'any',
  example: 'iif("s".equalsIgnoreCase("S"), "True", "False")',
  result: 'True',
  nulls: 'handle',
  evaluate: (args) => valueAt(args, isTruthy(valueAt(args, 0)) ? 1 : 2),
  evaluateLazily: ([condition, then, otherwise], row) => {
    const chosen = isTruthy(condition?.(row) ?? null) ? then : otherwise
    return chosen?.(row) ?? null
  },
})

const coalesce = defineFunction({
  name: 'coalesce',
  category,
  description: 'The first value that is not null, of its arguments or of one array.',
  params: [repeated('value', 'any', 'The values to choose from')],
  returns: 'The first value that is not null; null when there is none',
  returnType: 'any',
  example: 'coalesce(null, null, "first", null, "second")',
  result: 'first',
  nulls: 'handle',
  evaluate: (args) => spread(args).find((value) => value !== null) ?? null,
})

const decode = defineFunction({
  name: 'decode',
  category,
  description: 'Looks a key up in a list of keys and values.',
  params: [
    required('key', 'any', 'The key to look up'),
    repeated('match', 'any', 'A key'),
    repeated('value', 'any', 'The value of the key before it'),
    optional('otherwise', 'any', 'The value where no key is equal; null unless given'),
  ],
  returns: 'The value of the equal key',
  returnType: 'any',
  example: 'decode("pa", "ca", "California", "pa", "Pennsylvania", "N/A")',
  result: 'Pennsylvania',
  nulls: 'handle',
  evaluate: (args) => {
    const key = valueAt(args, 0)
    for (let index = 1; index + 1 < args.length; index += 2) {
      if (areEqual(key, valueAt(args, index))) return valueAt(args, index + 1)
    }
    return args.length % 2 === 0 ? valueAt(args, args.length - 1) : null
  },
})

const nullify = defineFunction({
  name: 'nullify',
  category: 'Hierarchy',
  description: 'Null: the attribute stays absent.',
  params: [],
  returns: 'Null',
  returnType: 'any',
  example: 'nullify()',
  result: 'null',
  evaluate: () => null,
})

function end(name: 'first' | 'last', example: string, result: string): MappingFunction {
  return defineFunction({
    name,
    category: 'Hierarchy',
    description: `The ${name} of its arguments or of one array.`,
    params: [repeated('value', 'any', 'The values')],
    returns: `The ${name} value; null when there is none`,
    returnType: 'any',
    example,
    result,
    nulls: 'handle',
    evaluate: (args) => spread(args).at(name === 'first' ? 0 : -1) ?? null,
  })
}

function extreme(name: 'min' | 'max', result: string): MappingFunction {
  const wanted = name === 'min' ? -1 : 1
  return defineFunction({
    name,
    category: 'Aggregation',
    description: `The ${name === 'min' ? 'smallest' : 'largest'} of its arguments; nulls are left out.`,
    params: [repeated('value', 'any', 'The values to compare')],
    returns: 'The value; null when all are null',
    returnType: 'any',
    example: `${name}(3, 1, 4)`,
    result,
    nulls: 'handle',
    evaluate: (args) => spread(args).reduce((best, value) => better(best, value, wanted), null),
  })
}

function better(best: Value, value: Value, wanted: number): Value {
  if (value === null) return best
  return best === null || compareValues(value, best) === wanted ? value : best
}

export const LOGICAL_FUNCTIONS: readonly MappingFunction[] = [
  iif,
  coalesce,
  decode,
  nullify,
  end('first', 'first("1", "2", "3")', '1'),
  end('last', 'last("1", "2", "3")', '3'),
  extreme('min', '1'),
  extreme('max', '4'),
]
