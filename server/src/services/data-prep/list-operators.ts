/** Symbol, name, number of operands, what it does, an example. */
type OperatorLine = readonly [string, string, number, string, string]

const OPERATORS: readonly OperatorLine[] = [
  ['+', 'add', 2, 'Sum of two numbers; joins them as text when either is a text.', '1 + 2'],
  ['-', 'subtract', 2, 'Difference of two numbers.', '3 - 2'],
  ['*', 'multiply', 2, 'Product of two numbers.', '2 * 3'],
  [
    '/',
    'divide',
    2,
    'Quotient of two numbers; without a remainder when both are whole. Also written div.',
    '7 / 2',
  ],
  ['%', 'mod', 2, 'Remainder of a division. Also written mod.', '7 % 2'],
  ['&', 'and', 2, 'Bits that are set in both numbers.', '6 & 3'],
  ['|', 'or', 2, 'Bits that are set in one of the numbers.', '6 | 3'],
  ['^', 'xor', 2, 'Bits that are set in exactly one of the numbers.', '6 ^ 3'],
  ['==', 'equals', 2, 'Whether two values are the same; two nulls are. Also written eq.', 'a == b'],
  ['!=', 'notEquals', 2, 'Whether two values differ. Also written ne.', 'a != b'],
  ['<', 'lessThan', 2, 'Whether the first value comes before the second. Also written lt.', 'a < b'],
  [
    '<=',
    'lessThanOrEqual',
    2,
    'Whether the first value does not come after the second. Also written le.',
    'a <= b',
  ],
  ['>', 'greaterThan', 2, 'Whether the first value comes after the second. Also written gt.', 'a > b'],
  [
    '>=',
    'greaterThanOrEqual',
    2,
    'Whether the first value does not come before the second. Also written ge.',
    'a >= b',
  ],
  [
    '=~',
    'contains',
    2,
    'Whether a text matches a regular expression, or a value is in a list.',
    'a =~ "x.*"',
  ],
  ['!~', 'notContains', 2, 'The opposite of =~.', 'a !~ [1, 2]'],
  ['=^', 'startsWith', 2, 'Whether a text begins with another.', 'a =^ "x"'],
  ['!^', 'notStartsWith', 2, 'The opposite of =^.', 'a !^ "x"'],
  ['=$', 'endsWith', 2, 'Whether a text ends with another.', 'a =$ "x"'],
  ['!$', 'notEndsWith', 2, 'The opposite of =$.', 'a !$ "x"'],
  ['..', 'createRange', 2, 'All whole numbers from the first to the second.', '1..5'],
  ['&&', 'logicalAnd', 2, 'Whether both conditions hold. Also written and.', 'a && b'],
  ['||', 'logicalOr', 2, 'Whether one of the conditions holds. Also written or.', 'a || b'],
  ['?:', 'conditional', 2, 'The first value unless it counts as false, else the second.', 'a ?: b'],
  ['??', 'coalesce', 2, 'The first value unless it is null, else the second.', 'a ?? b'],
  ['!', 'not', 1, 'The opposite of a condition. Also written not.', '!a'],
  ['~', 'complement', 1, 'All bits of a number turned over.', '~5'],
  ['-', 'negate', 1, 'A number with the other sign.', '-5'],
  ['empty', 'empty', 1, 'Whether a value is null or has nothing in it.', 'empty a'],
  ['size', 'size', 1, 'How many letters or items a value has.', 'size a'],
]

/** The operators of the language as the API lists them. */
export function listOperators() {
  return OPERATORS.map(([operatorSymbol, methodName, numberOfOperands, description, example]) => ({
    operatorSymbol,
    methodName,
    numberOfOperands,
    description,
    example,
  }))
}
