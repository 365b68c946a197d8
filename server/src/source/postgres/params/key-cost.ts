const SEQUENCE = 0x30
const INTEGER = 0x02

/** Lengths of keys and parallelism stay below this; counts of rounds don't. */
const SMALL = 32
const MAX_ROUNDS = 5_000_000
const MAX_DEPTH = 8

/**
 * True when an encrypted key (PKCS #8, in DER) wants so many rounds of hashing that opening it would stop the
 * whole server for seconds: they are a number in the file, and nobody else bounds them.
 */
export function isCostlyToOpen(key: Buffer): boolean {
  const algorithm = childrenOf(childrenOf(key)[0]?.content)[0]
  const rounds = integersOf(algorithm?.content).reduce(
    (product, value) => product * (value > SMALL ? value : 1),
    1,
  )
  return rounds > MAX_ROUNDS
}

interface DerValue {
  readonly tag: number
  readonly content: Buffer
}

function integersOf(content: Buffer | undefined, depth = 0): readonly number[] {
  return childrenOf(content).flatMap(({ tag, content: inner }) => {
    if (tag === SEQUENCE && depth < MAX_DEPTH) return integersOf(inner, depth + 1)
    return tag === INTEGER ? [Number(`0x${inner.toString('hex') || '0'}`)] : []
  })
}

/** The values that stand side by side; what can't be read ends the list. */
function childrenOf(content: Buffer | undefined): readonly DerValue[] {
  const values: DerValue[] = []
  let at = 0
  while (content !== undefined && at + 2 <= content.length) {
    const first = content[at + 1] ?? 0
    const lengthBytes = first < 0x80 ? 0 : Math.min(first - 0x80, 4)
    const start = at + 2 + lengthBytes
    if (start > content.length) break
    const length = lengthBytes === 0 ? first : content.readUIntBE(at + 2, lengthBytes)
    values.push({ tag: content[at] ?? 0, content: content.subarray(start, start + length) })
    at = start + length
  }
  return values
}
