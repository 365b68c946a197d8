const ATOMS = [
  ...[
    'a',
    'b',
    'B',
    'k',
    '1',
    '_',
    '-',
    ' ',
    'é',
    'É',
    '.',
    '.',
    '^',
    '$',
    '\\n',
    '\\r',
    '\\.',
    '\\-',
    '\\\\',
  ],
  ...[
    '\\d',
    '\\D',
    '\\w',
    '\\W',
    '\\s',
    '\\S',
    '\\h',
    '\\v',
    '\\R',
    '\\b',
    '\\B',
    '\\A',
    '\\z',
    '\\Z',
    '\\Qa.b\\E',
  ],
  ...[
    '[ab]',
    '[^ab]',
    '[a-c1-3]',
    '[\\w-]',
    '[\\d\\s]',
    '[^\\W_]',
    '[\\S]',
    '[]a]',
    '[^]a]',
    '[.$|(]',
    '[a\\-z]',
  ],
  ...[
    '\\p{Alpha}',
    '\\p{Punct}',
    '\\p{L}',
    '\\pN',
    '\\P{L}',
    '\\p{Lu}',
    '\\p{IsLatin}',
    '[\\p{Alnum}_]',
    '\\x61',
  ],
  ...['\\u00e9', '\\t', '(?=a)', '(?!a)', '(?<=a)', '(?<!a)', '[a-z&&b]', '\\1', ']', '}', '{', ','],
]
const QUANTIFIERS = ['*', '+', '?', '{2}', '{1,2}', '{0,1}', '*?', '+?', '??', '{1,}', '++', '{2,}?']
const FLAGS = ['', '', '', '', '(?i)', '(?m)', '(?s)', '(?im)', '(?sm)', '(?iu)']

const TEXT_PARTS = [
  'a',
  'b',
  'B',
  'A',
  'k',
  'K',
  '\u212a',
  '\u017f',
  '1',
  '2',
  '_',
  '-',
  ' ',
  'é',
  'É',
  '\n',
  '\r',
  '\r\n',
]
const MORE_TEXT_PARTS = [
  '\u0085',
  '\u2028',
  '\u00a0',
  '\t',
  '.',
  ',',
  'a.b',
  '\\',
  ']',
  '}',
  '\u{1f600}',
  'z',
  'ab',
  'ß',
  '$',
  '|',
]

/** The text of some regular expression in the notation of Java, which need not be a valid one. */
export function randomRegex(random: () => number): string {
  return pick(random, FLAGS) + branches(random, 3)
}

/** A text in which such expressions find something. */
export function randomText(random: () => number): string {
  const parts = [...TEXT_PARTS, ...MORE_TEXT_PARTS]
  return Array.from({ length: Math.floor(random() * 7) }, () => pick(random, parts)).join('')
}

function branches(random: () => number, depth: number): string {
  const count = random() < 0.8 ? 1 : 2
  return Array.from({ length: count }, () => sequence(random, depth)).join('|')
}

function sequence(random: () => number, depth: number): string {
  const length = Math.floor(random() * 4)
  return Array.from({ length }, () => quantified(random, depth)).join('')
}

function quantified(random: () => number, depth: number): string {
  const atom = depth > 0 && random() < 0.3 ? group(random, depth - 1) : pick(random, ATOMS)
  return random() < 0.3 ? atom + pick(random, QUANTIFIERS) : atom
}

function group(random: () => number, depth: number): string {
  return `(${pick(random, ['', '', '', '?:', '?:', '?=', '?!', '?<n>', '?>', '?<='])}${branches(random, depth)})`
}

function pick<T>(random: () => number, items: readonly T[]): T {
  return items[Math.floor(random() * items.length)] as T
}
