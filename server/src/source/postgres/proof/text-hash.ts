/**
 * PostgreSQL's `hashtextextended(text, 0)` (Bob Jenkins' lookup3, as in src/common/hashfn.c), summed over texts: what
 * the server can compute of a column with a function of its own, in any order.
 */
export class TextHashSum {
  /** Sums of the signed high words and of the unsigned low words, exact in doubles for millions of rows. */
  #high = 0
  #low = 0
  #total = 0n
  #pending = 0
  readonly #state = new Uint32Array(3)

  /** Adds the hash of `length` bytes of `heap` from `offset` on. */
  add(heap: Uint8Array, offset: number, length: number): void {
    hashBytes(this.#state, heap, offset, length)
    this.#high += (this.#state[1] as number) | 0
    this.#low += this.#state[2] as number
    if (++this.#pending === FLUSH_EVERY) this.#flush()
  }

  /** The sum as the server prints it: of signed 64-bit numbers, without a bound. */
  result(): string {
    this.#flush()
    return String(this.#total)
  }

  #flush(): void {
    this.#total += BigInt(this.#high) * 4_294_967_296n + BigInt(this.#low)
    this.#high = 0
    this.#low = 0
    this.#pending = 0
  }
}

/** Sums of so many words stay below 2^53. */
const FLUSH_EVERY = 1 << 20

const INITIAL = 0x9e3779b9 + 3_923_095

/** Leaves the high word of the hash in `state[1]`, the low one in `state[2]`. */
function hashBytes(state: Uint32Array, bytes: Uint8Array, offset: number, length: number): void {
  state.fill(INITIAL + length)
  let at = offset
  let left = length
  for (; left >= 12; left -= 12, at += 12) {
    state[0] = (state[0] as number) + wordAt(bytes, at)
    state[1] = (state[1] as number) + wordAt(bytes, at + 4)
    state[2] = (state[2] as number) + wordAt(bytes, at + 8)
    mix(state)
  }
  const [a, b, c] = [tail(bytes, at, left), tail(bytes, at + 4, left - 4), tail(bytes, at + 8, left - 8)]
  state[0] = (state[0] as number) + a
  state[1] = (state[1] as number) + b
  // The lowest byte of the last word is kept for the length.
  state[2] = (state[2] as number) + ((c << 8) >>> 0)
  finish(state)
}

function wordAt(bytes: Uint8Array, at: number): number {
  const [b0, b1, b2, b3] = [bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]] as [
    number,
    number,
    number,
    number,
  ]
  return (b0 | (b1 << 8) | (b2 << 16) | (b3 << 24)) >>> 0
}

/** Up to four of the bytes that are left, lowest first. */
function tail(bytes: Uint8Array, at: number, left: number): number {
  let word = 0
  for (let index = 0; index < Math.min(left, 4); index++) word |= (bytes[at + index] as number) << (8 * index)
  return word >>> 0
}

function rotate(word: number, bits: number): number {
  return ((word << bits) | (word >>> (32 - bits))) >>> 0
}

function mix(state: Uint32Array): void {
  let [a, b, c] = state as unknown as [number, number, number]
  a = ((a - c) ^ rotate(c, 4)) >>> 0
  c = (c + b) >>> 0
  b = ((b - a) ^ rotate(a, 6)) >>> 0
  a = (a + c) >>> 0
  c = ((c - b) ^ rotate(b, 8)) >>> 0
  b = (b + a) >>> 0
  a = ((a - c) ^ rotate(c, 16)) >>> 0
  c = (c + b) >>> 0
  b = ((b - a) ^ rotate(a, 19)) >>> 0
  a = (a + c) >>> 0
  c = ((c - b) ^ rotate(b, 4)) >>> 0
  b = (b + a) >>> 0
  state[0] = a
  state[1] = b
  state[2] = c
}

function finish(state: Uint32Array): void {
  let [a, b, c] = state as unknown as [number, number, number]
  c = ((c ^ b) - rotate(b, 14)) >>> 0
  a = ((a ^ c) - rotate(c, 11)) >>> 0
  b = ((b ^ a) - rotate(a, 25)) >>> 0
  c = ((c ^ b) - rotate(b, 16)) >>> 0
  a = ((a ^ c) - rotate(c, 4)) >>> 0
  b = ((b ^ a) - rotate(a, 14)) >>> 0
  c = ((c ^ b) - rotate(b, 24)) >>> 0
  state[1] = b
  state[2] = c
}
