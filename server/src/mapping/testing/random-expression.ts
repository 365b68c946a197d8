import { MAPPING_FUNCTIONS } from '#mapping/functions/catalogue.ts'

/** A source of numbers from 0 to 1 that gives the same for the same seed (mulberry32). */
export function createRandom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296
  }
}

const LITERALS = [
  'null',
  'true',
  'false',
  '0',
  '1',
  '-7',
  '42',
  '0.5',
  '2.0',
  '1.50B',
  '0B',
  '"a"',
  '"12"',
  '" 7.5 "',
  '""',
  '"false"',
  '"2020-02-03"',
  '"héllo, wörld"',
  '","',
  '"[a-z]+|(\\\\d)"',
  '"yyyy-MM-dd"',
  '"month"',
  '"https://a.b:81/c?d=e#f"',
  '"{\\"k\\": [1, 2.5, null]}"',
  '"k"',
  '["a", null, 2]',
  '{"k": 1, "m": "x"}',
]

const BINARY = [
  '+',
  '-',
  '*',
  '/',
  '%',
  '==',
  '!=',
  '<',
  '>',
  '<=',
  '>=',
  '&&',
  '||',
  'and',
  'or',
  'eq',
  'lt',
]

/** Every function that gives the same for the same, with as few arguments as it takes and with one more. */
const CALLS: readonly (readonly [name: string, count: number])[] = [
  // contains_key asks for a path of the record and not for a value.
  ...MAPPING_FUNCTIONS.filter(({ isPure, name }) => isPure && name !== 'contains_key').flatMap(
    ({ name, minArgs, maxArgs }) =>
      [minArgs, Math.min(minArgs + 1, maxArgs)].map((count) => [name, count] as const),
  ),
  ['now', 0],
]

/** The text of some expression over the columns, at most `depth` deep. */
export function randomExpression(random: () => number, columns: readonly string[], depth: number): string {
  const pick = <T>(items: readonly T[]): T => items[Math.floor(random() * items.length)] as T
  const inner = () => randomExpression(random, columns, depth - 1)
  const kind = depth <= 0 ? random() * 0.5 : random()
  if (kind < 0.3) return pick(columns)
  if (kind < 0.5) return pick(LITERALS)
  if (kind < 0.7) return `(${inner()} ${pick(BINARY)} ${inner()})`
  if (kind < 0.9) {
    const [name, count] = pick(CALLS)
    return `${name}(${Array.from({ length: count }, inner).join(', ')})`
  }
  if (kind < 0.93) return `(${inner()} ? ${inner()} : ${inner()})`
  if (kind < 0.96) return `(${inner()} ${pick(['?:', '??'])} ${inner()})`
  return kind < 0.98 ? `(!${inner()})` : `(-(${inner()}))`
}
