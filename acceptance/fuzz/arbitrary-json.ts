import fc from 'fast-check'

/** Values that nobody expects, and valid documents with one or more of them inside. */

const LONG = 60_000

/** Stand for what JSON can write and a value of JavaScript hardly holds; put in when the text is made. */
const STAND_INS: Readonly<Record<string, string>> = {
  '@too large@': '1e999',
  '@too exact@': '12345678901234567890.123456789012345678901234567890',
  '@list in list@': `${'['.repeat(20_000)}${']'.repeat(20_000)}`,
  '@object in object@': `${'{"a":'.repeat(20_000)}1${'}'.repeat(20_000)}`,
  '@twice@': '{"name":"one","name":"two"}',
}

const TEXTS = [
  '',
  ' ',
  '0',
  '-1',
  'true',
  'null',
  'undefined',
  'NaN',
  '__proto__',
  'constructor',
  'toString',
  'a\u0000b',
  '\ud800',
  '💥'.repeat(50),
  '\u202e\u0301\ufeff',
  '\r\n\t\u001b[31m',
  "'; drop table flow_run; --",
  '"',
  '`',
  '\\',
  '%',
  '%00',
  '../../../etc/passwd',
  '$ref',
  '#/definitions/x',
  'https://127.0.0.1:1/x',
  '==',
  'name==',
  '2024-02-30T25:61:61Z',
  '********',
  'x'.repeat(LONG),
]

const NUMBERS = [0, -0, -1, 1, 0.1, 2 ** 31, 2 ** 53 + 2, -(2 ** 63), 1e21, 1e308, 5e-324]

/** Keys that an object of JavaScript has without being asked. */
const KEYS = [
  'valueOf',
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'hasOwnProperty',
  '',
  'a.b',
  'a/b',
  '~1',
  '$ref',
  '💥',
]

const scalar = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom<unknown>(...TEXTS) },
  { weight: 2, arbitrary: fc.constantFrom<unknown>(...NUMBERS) },
  { weight: 2, arbitrary: fc.constantFrom<unknown>(null, true, false) },
  { weight: 2, arbitrary: fc.string({ unit: 'binary', maxLength: 20 }) },
)

const odd = fc
  .array(fc.tuple(fc.constantFrom(...KEYS), scalar), { minLength: 1, maxLength: 3 })
  .map((members) => withMembers({}, members))

/** Any value of JSON, most of them unpleasant. */
export const junk: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 8, arbitrary: scalar },
  { weight: 1, arbitrary: fc.constantFrom<unknown>(...Object.keys(STAND_INS)) },
  { weight: 2, arbitrary: odd },
  { weight: 1, arbitrary: fc.array(scalar, { maxLength: 4 }) },
  { weight: 2, arbitrary: fc.jsonValue({ maxDepth: 3 }) as fc.Arbitrary<unknown> },
)

/** Text for a header, a path or a query. */
export const junkText: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom(...TEXTS.filter((text) => text.length < LONG)),
  fc.string({ unit: 'binary', maxLength: 30 }),
)

/** What is put into every place in turn: members that are no functions, and a value of every other type. */
const INTRUDERS: readonly unknown[] = [
  withMembers({}, [
    ['toString', 1],
    ['valueOf', 2],
    ['__proto__', { toJSON: 3 }],
  ]),
  null,
  [],
  [[]],
  '',
  -1,
  2 ** 70,
  true,
]

/**
 * The document with one of its places, the whole of it included, taken by something else: each place by the first of
 * the intruders and one of the others in turn, or by all of them.
 */
export function intruded(document: unknown, byAll: boolean): unknown[] {
  const [first, ...others] = INTRUDERS
  return placesOf(document).flatMap((place, index) => {
    const intruders = byAll ? INTRUDERS : [first, others[index % others.length]]
    return intruders.map((value) => changeAt(document, place, () => value))
  })
}

interface Mutation {
  /** Which of the places of the document, counted round. */
  readonly place: number
  readonly kind: 'replace' | 'drop' | 'wrap' | 'respell' | 'add'
  readonly key: string
  readonly value: unknown
}

const mutation: fc.Arbitrary<Mutation> = fc.record({
  place: fc.nat(500),
  kind: fc.constantFrom('replace', 'replace', 'drop', 'wrap', 'respell', 'add'),
  key: fc.constantFrom(...KEYS),
  value: junk,
})

/** A document with up to three things wrong; now and then with none. */
export function mutated(document: unknown): fc.Arbitrary<unknown> {
  return fc.array(mutation, { maxLength: 3 }).map((mutations) => mutations.reduce(mutate, document))
}

function mutate(document: unknown, { place, kind, key, value }: Mutation): unknown {
  const places = placesOf(document)
  const chosen = places[place % places.length] ?? []
  return changeAt(document, chosen, (old) => {
    if (kind === 'replace') return value
    if (kind === 'drop') return undefined
    if (kind === 'wrap') return [old]
    if (kind === 'add') return isObject(old) ? withMembers(old, [[key, value]]) : value
    return respell(old)
  })
}

type Place = readonly (string | number)[]

function placesOf(value: unknown, at: Place = []): Place[] {
  if (typeof value !== 'object' || value === null) return [at]
  const members: [string | number, unknown][] = Array.isArray(value)
    ? [...value.entries()]
    : Object.entries(value)
  return [at, ...members.flatMap(([key, member]) => placesOf(member, [...at, key]))]
}

/** A copy in which one place is changed; `undefined` takes it away. */
function changeAt(value: unknown, [step, ...rest]: Place, change: (old: unknown) => unknown): unknown {
  if (step === undefined) return change(value)
  if (Array.isArray(value)) {
    return value.flatMap((item, index) => {
      const next = index === step ? changeAt(item, rest, change) : item
      return next === undefined ? [] : [next]
    })
  }
  if (!isObject(value)) return value
  const members = Object.entries(value).map(([key, member]): [string, unknown] => [
    key,
    key === step ? changeAt(member, rest, change) : member,
  ])
  return withMembers(
    {},
    members.filter(([, member]) => member !== undefined),
  )
}

/** Numbers and booleans as text, text as what it spells, lists as objects and the reverse. */
function respell(value: unknown): unknown {
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  if (typeof value === 'string') return Number.isNaN(Number(value)) ? value.toUpperCase() : Number(value)
  if (Array.isArray(value)) return { ...value }
  return isObject(value) ? Object.values(value) : value
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Assignment would take `__proto__` for the prototype. */
function withMembers(base: object, members: readonly (readonly [string, unknown])[]): object {
  const copy = { ...base }
  for (const [key, value] of members) {
    Object.defineProperty(copy, key, { value, enumerable: true, configurable: true, writable: true })
  }
  return copy
}

/** Stands for a name that no request has had. */
export const NEW = '@new@'

let names = 0

/** The text of a document, with what stands for something else replaced by it. */
export function toBodyText(document: unknown): string {
  const text = JSON.stringify(document ?? null).replaceAll(NEW, () => `made-up-${++names}`)
  return Object.entries(STAND_INS).reduce((done, [name, value]) => done.replaceAll(`"${name}"`, value), text)
}
