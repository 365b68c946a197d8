import { expect, test } from 'vitest'
import { checkExpression } from '#mapping/check-expression.ts'
import { parseExpression } from '#mapping/parse-expression.ts'
import { listFunctions } from './list-functions.ts'
import { listOperators } from './list-operators.ts'

/** Names that the documentation of the language lists and that work here. */
const DOCUMENTED = [
  ...[
    'concat',
    'explode',
    'instr',
    'replacestr',
    'substr',
    'lower',
    'lcase',
    'upper',
    'ucase',
    'split',
    'join',
    'lpad',
    'rpad',
  ],
  ...[
    'left',
    'right',
    'ltrim',
    'rtrim',
    'trim',
    'extract_regex',
    'matches_regex',
    'sha1',
    'sha256',
    'sha512',
    'md5',
    'crc32',
  ],
  ...[
    'get_url_protocol',
    'get_url_host',
    'get_url_port',
    'get_url_path',
    'get_url_query_str',
    'get_url_encoded',
    'get_url_decoded',
  ],
  ...[
    'now',
    'timestamp',
    'format',
    'dformat',
    'date',
    'date_part',
    'set_date_part',
    'make_date_time',
    'make_timestamp',
  ],
  ...[
    'zone_date_to_utc',
    'zone_date_to_zone',
    'is_empty',
    'arrays_to_objects',
    'to_object',
    'str_to_object',
    'contains_key',
  ],
  ...[
    'is_set',
    'nullify',
    'get_keys',
    'get_values',
    'map_get_values',
    'map_has_keys',
    'add_to_map',
    'object_to_map',
  ],
  ...[
    'coalesce',
    'first',
    'last',
    'add_to_array',
    'join_arrays',
    'to_array',
    'size_of',
    'upsert_array_append',
  ],
  ...[
    'upsert_array_replace',
    'array_to_map',
    'to_map',
    'decode',
    'iif',
    'min',
    'max',
    'to_bigint',
    'to_decimal',
    'to_float',
  ],
  ...[
    'to_integer',
    'json_to_object',
    'uuid',
    'guid',
    'aa_get_event_id',
    'aa_get_event_value',
    'aa_get_product_categories',
  ],
  ...[
    'aa_get_product_names',
    'aa_get_product_quantities',
    'aa_get_product_prices',
    'aa_get_product_event_values',
  ],
  'aa_get_product_evars',
]

test('lists every documented function once', () => {
  const names = listFunctions().map((entry) => entry.function)
  expect(DOCUMENTED.filter((name) => !names.includes(name))).toEqual([])
  expect(new Set(names).size).toBe(names.length)
})

test('every example is an expression that the language accepts', () => {
  const broken = listFunctions().filter(({ example }) => checkExpression(parseExpression(example)).length > 0)
  expect(broken.map((entry) => entry.function)).toEqual([])
})

test('an alias is called by its own name', () => {
  const alias = listFunctions().find((entry) => entry.function === 'lcase')
  expect(alias).toMatchObject({
    syntax: expect.stringMatching(/^lcase\(/),
    example: expect.stringMatching(/^lcase\(/),
  })
})

test('every operator with operands parses in its example', () => {
  for (const { example, operatorSymbol, numberOfOperands } of listOperators()) {
    const expression = parseExpression(example)
    if (operatorSymbol === '?:' || operatorSymbol === '??') continue
    expect(expression.node, example).toBe(numberOfOperands === 1 ? 'unary' : 'binary')
  }
})

test('names and numbers of operands are those that clients look for', () => {
  const arities = listOperators().map((operator) => [operator.methodName, operator.numberOfOperands])
  expect(Object.fromEntries(arities)).toMatchObject({ add: 2, divide: 2, complement: 1, negate: 1, not: 1 })
})
