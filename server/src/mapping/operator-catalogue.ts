/** What the catalogue says about one operator. */
export interface OperatorEntry {
  readonly operatorSymbol: string
  readonly methodName: string
  readonly numberOfOperands: 1 | 2
  readonly description: string
  /** A whole expression, and the text of its value. */
  readonly example: string
  readonly result: string
}

type Line = readonly [
  symbol: string,
  name: string,
  operands: 1 | 2,
  description: string,
  example: string,
  result: string,
]

const LINES: readonly Line[] = [
  ['+', 'add', 2, 'Adds numbers; joins when one side is text.', '1 + 2', '3'],
  ['-', 'subtract', 2, 'Takes the right number from the left.', '5 - 2', '3'],
  ['*', 'multiply', 2, 'Multiplies numbers.', '4 * 2', '8'],
  ['/', 'divide', 2, 'Divides; whole numbers give a whole number.', '7 / 2', '3'],
  ['%', 'mod', 2, 'What a division leaves over.', '7 % 2', '1'],
  ['&', 'and', 2, 'Bits that are set on both sides.', '6 & 3', '2'],
  ['|', 'or', 2, 'Bits that are set on one side at least.', '6 | 3', '7'],
  ['^', 'xor', 2, 'Bits that are set on one side only.', '6 ^ 3', '5'],
  ['==', 'equals', 2, 'Tells whether both sides are equal.', '1 == 1.0', 'true'],
  ['<', 'lessThan', 2, 'Tells whether the left side is smaller.', '1 < 2', 'true'],
  ['<=', 'lessThanOrEqual', 2, 'Tells whether the left side is not larger.', '2 <= 2', 'true'],
  ['>', 'greaterThan', 2, 'Tells whether the left side is larger.', '1 > 2', 'false'],
  ['>=', 'greaterThanOrEqual', 2, 'Tells whether the left side is not smaller.', '2 >= 2', 'true'],
  [
    '=~',
    'contains',
    2,
    'Tells whether a text fits a regular expression or a value is in a list.',
    '2 =~ [1, 2]',
    'true',
  ],
  ['=^', 'startsWith', 2, 'Tells whether a text starts with another.', '"abc" =^ "ab"', 'true'],
  ['=$', 'endsWith', 2, 'Tells whether a text ends with another.', '"abc" =$ "bc"', 'true'],
  ['~', 'complement', 1, 'Turns every bit over.', '~33', '-34'],
  ['!', 'not', 1, 'Turns true into false and false into true.', '!true', 'false'],
  ['-', 'negate', 1, 'The number with the other sign.', '-(2)', '-2'],
  ['empty', 'empty', 1, 'Tells whether a text, list or object has nothing in it.', 'empty ""', 'true'],
  ['size', 'size', 1, 'Counts characters, items or keys.', 'size("abc")', '3'],
]

/** The operators of the mapping language that have a name of their own. */
export const MAPPING_OPERATORS: readonly OperatorEntry[] = LINES.map(
  ([operatorSymbol, methodName, numberOfOperands, description, example, result]) => ({
    operatorSymbol,
    methodName,
    numberOfOperands,
    description,
    example,
    result,
  }),
)
