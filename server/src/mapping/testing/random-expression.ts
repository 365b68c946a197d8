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

const CALLS: readonly (readonly [name: string, count: number])[] = [
  ['concat', 2],
  ['concat', 3],
  ['upper', 1],
  ['trim', 1],
  ['substr', 3],
  ['instr', 2],
  ['replacestr', 3],
  ['iif', 3],
  ['coalesce', 2],
  ['min', 2],
  ['max', 3],
  ['decode', 4],
  ['date', 1],
  ['date_part', 2],
  ['to_integer', 1],
  ['to_decimal', 1],
  ['to_bigint', 1],
  ['split', 2],
  ['size_of', 1],
  ['to_array', 3],
  ['join', 2],
  ['first', 2],
  ['md5', 1],
  ['lpad', 3],
  ['nullify', 0],
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
