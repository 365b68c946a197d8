import { compileJavaRegex } from '#mapping/java-regex.ts'
import { fail, textOf, type Value } from '#mapping/values.ts'
import { arrayAt, integerAt, integerOr, textAt, textOr, valueAt } from './arguments.ts'
import {
  checked,
  defineFunction,
  type MappingFunction,
  optional,
  repeated,
  required,
} from './define-function.ts'

const category = 'String' as const
const MAX_PADDED_LENGTH = 1_000_000
const text = required('text', 'string', 'The text to work on')

const concat = defineFunction({
  name: 'concat',
  category,
  description: 'Joins its arguments into one text. Null counts as the empty text.',
  params: [repeated('part', 'any', 'What is joined')],
  returns: 'The joined text',
  returnType: 'string',
  example: 'concat("Hi, ", "there", "!")',
  result: 'Hi, there!',
  nulls: 'handle',
  evaluate: (args) => args.map(textOf).join(''),
})

const explode = defineFunction({
  name: 'explode',
  category,
  description: 'Cuts a text wherever a regular expression matches and keeps the empty parts.',
  params: [
    text,
    checked(optional('separator', 'string', 'Regular expression; a comma unless given'), compileJavaRegex),
  ],
  returns: 'The parts',
  returnType: 'array',
  example: 'explode("Hi, there!", " ")',
  result: '["Hi,","there!"]',
  evaluate: (args) => splitBy(textAt(args, 0), compileJavaRegex(textOr(args, 1, ','), 'g')),
})

/** Unlike JavaScript's split, groups of the expression add no parts. */
function splitBy(source: string, separator: RegExp): string[] {
  const parts: string[] = []
  let start = 0
  for (const match of source.matchAll(separator)) {
    if (match[0] === '' && (match.index === 0 || match.index === source.length)) continue
    parts.push(source.slice(start, match.index))
    start = match.index + match[0].length
  }
  parts.push(source.slice(start))
  return parts
}

const split = defineFunction({
  name: 'split',
  category,
  description: 'Cuts a text at each of the given characters and drops the empty parts.',
  params: [text, required('separators', 'string', 'Every character that separates')],
  returns: 'The parts that are not empty',
  returnType: 'array',
  example: 'split("Hello world", " ")',
  result: '["Hello","world"]',
  evaluate: (args) => splitAtAny(textAt(args, 0), new Set(textAt(args, 1))),
})

function splitAtAny(source: string, separators: ReadonlySet<string>): string[] {
  const parts: string[] = []
  let part = ''
  for (const character of source) {
    if (!separators.has(character)) part += character
    else {
      if (part !== '') parts.push(part)
      part = ''
    }
  }
  if (part !== '') parts.push(part)
  return parts
}

const join = defineFunction({
  name: 'join',
  category,
  description: 'Joins the items of an array with a separator between them. Nulls are left out.',
  params: [
    required('separator', 'string', 'Stands between the items'),
    required('items', 'array', 'The items'),
  ],
  returns: 'The joined text',
  returnType: 'string',
  example: 'join(" ", to_array(true, "Hello", "world"))',
  result: 'Hello world',
  evaluate: (args) =>
    arrayAt(args, 1)
      .filter((item) => item !== null)
      .map(textOf)
      .join(textAt(args, 0)),
})

const instr = defineFunction({
  name: 'instr',
  category,
  description: 'Finds a text within another. Places count from 0.',
  params: [
    text,
    required('part', 'string', 'What is looked for'),
    optional('start', 'integer', 'Place to begin at; 0 unless given'),
    optional('occurrence', 'integer', 'Which match counts; the first unless given'),
  ],
  returns: 'The place of the match, -1 when there is none',
  returnType: 'integer',
  example: 'instr("adobe.com", "com")',
  result: '6',
  evaluate: (args) =>
    BigInt(placeOf(textAt(args, 0), textAt(args, 1), integerOr(args, 2, 0), integerOr(args, 3, 1))),
})

function placeOf(source: string, part: string, start: number, occurrence: number): number {
  if (occurrence < 1) return fail('The occurrence counts from 1')
  let place = source.indexOf(part, start)
  for (let seen = 1; seen < occurrence && place >= 0; seen++) place = source.indexOf(part, place + 1)
  return place
}

const replacestr = defineFunction({
  name: 'replacestr',
  category,
  description: 'Replaces every occurrence of a text by another.',
  params: [
    text,
    required('find', 'string', 'What is replaced'),
    required('replacement', 'string', 'What takes its place'),
  ],
  returns: 'The changed text',
  returnType: 'string',
  example: 'replacestr("This is a string re test", "re", "replace")',
  result: 'This is a string replace test',
  evaluate: (args) => textAt(args, 0).replaceAll(textAt(args, 1), () => textAt(args, 2)),
})

const substr = defineFunction({
  name: 'substr',
  category,
  description: 'Takes characters out of a text. Places count from 0.',
  params: [
    text,
    required('start', 'integer', 'Place of the first character'),
    required('length', 'integer', 'How many characters'),
  ],
  returns: 'The characters, fewer where the text ends before',
  returnType: 'string',
  example: 'substr("This is a substring test", 7, 8)',
  result: ' a subst',
  evaluate: (args) => slice(textAt(args, 0), integerAt(args, 1), integerAt(args, 2)),
})

function slice(source: string, start: number, length: number): string {
  return start < 0 || length < 0 ? fail('A place or length below 0') : source.substring(start, start + length)
}

function simple(
  names: readonly [string, ...string[]],
  description: string,
  sample: readonly [example: string, result: string],
  change: (source: string) => string,
): MappingFunction {
  const [name, ...aliases] = names
  return defineFunction({
    name,
    aliases,
    category,
    description,
    params: [text],
    returns: 'The changed text',
    returnType: 'string',
    example: sample[0],
    result: sample[1],
    evaluate: (args) => change(textAt(args, 0)),
  })
}

const cases = [
  simple(['lower', 'lcase'], 'Makes all letters small.', ['lower("HeLLo")', 'hello'], (s) => s.toLowerCase()),
  simple(['upper', 'ucase'], 'Makes all letters capital.', ['upper("HeLLo")', 'HELLO'], (s) =>
    s.toUpperCase(),
  ),
  simple(['trim'], 'Drops white space at both ends.', ['trim(" hello ")', 'hello'], (s) => s.trim()),
  simple(['ltrim'], 'Drops white space at the start.', ['ltrim(" hello")', 'hello'], (s) => s.trimStart()),
  simple(['rtrim'], 'Drops white space at the end.', ['rtrim("hello ")', 'hello'], (s) => s.trimEnd()),
]

function padding(name: 'lpad' | 'rpad', side: string, result: string): MappingFunction {
  return defineFunction({
    name,
    category,
    description: `Fills a text up to a length at its ${side}. A longer text stays as it is.`,
    params: [
      required('text', 'string', 'The text; null counts as empty'),
      required('length', 'integer', 'Length to reach'),
      required('fill', 'string', 'What fills up; a blank where it is null or empty'),
    ],
    returns: 'The filled text',
    returnType: 'string',
    example: `${name}("bat", 8, "yz")`,
    result,
    nulls: 'handle',
    evaluate: (args) => pad(args, name),
  })
}

function pad(args: readonly Value[], name: 'lpad' | 'rpad'): Value {
  if (valueAt(args, 1) === null) return null
  const length = integerAt(args, 1)
  if (length > MAX_PADDED_LENGTH) return fail(`A text can be filled up to ${MAX_PADDED_LENGTH} characters`)
  const fill = textAt(args, 2) || ' '
  return name === 'lpad' ? textAt(args, 0).padStart(length, fill) : textAt(args, 0).padEnd(length, fill)
}

function edge(name: 'left' | 'right', which: string, result: string): MappingFunction {
  return defineFunction({
    name,
    category,
    description: `Takes the ${which} characters of a text.`,
    params: [text, required('length', 'integer', 'How many characters')],
    returns: 'The characters',
    returnType: 'string',
    example: `${name}("abcde", 2)`,
    result,
    evaluate: (args) => {
      const [source, length] = [textAt(args, 0), Math.max(integerAt(args, 1), 0)]
      return name === 'left' ? source.slice(0, length) : source.slice(Math.max(source.length - length, 0))
    },
  })
}

export const STRING_FUNCTIONS: readonly MappingFunction[] = [
  concat,
  explode,
  split,
  join,
  instr,
  replacestr,
  substr,
  ...cases,
  padding('lpad', 'start', 'yzyzybat'),
  padding('rpad', 'end', 'batyzyzy'),
  edge('left', 'first', 'ab'),
  edge('right', 'last', 'de'),
]
