import type { ColumnType } from '#columns/column-type.ts'
import { compareBytes } from '#kernel/twins/min-max.ts'

/** Compares two values in PLAIN form without a length: negative, 0 or positive. */
export type ValueOrder = (a: Uint8Array, b: Uint8Array) => number

/** Iceberg's usual cut: so many code points of a string, so many bytes of a binary. */
export const BOUND_LENGTH = 16

/** The order that the file's statistics and Iceberg's bounds follow. */
export function valueOrderOf(type: ColumnType): ValueOrder {
  switch (type.kind) {
    case 'float':
      return (a, b) => viewOf(a).getFloat32(0, true) - viewOf(b).getFloat32(0, true)
    case 'double':
      return (a, b) => viewOf(a).getFloat64(0, true) - viewOf(b).getFloat64(0, true)
    case 'decimal':
      return type.precision <= 18 ? compareLittleEndian : compareSignedBigEndian
    case 'boolean':
    case 'string':
    case 'binary':
    case 'uuid':
      return compareUnsigned
    default:
      return compareLittleEndian
  }
}

function compareUnsigned(a: Uint8Array, b: Uint8Array): number {
  return compareBytes(a, 0, a.length, b, 0, b.length)
}

function compareLittleEndian(a: Uint8Array, b: Uint8Array): number {
  const [left, right] = [readLittleEndian(a), readLittleEndian(b)]
  return left < right ? -1 : left > right ? 1 : 0
}

function readLittleEndian(bytes: Uint8Array): bigint {
  const view = viewOf(bytes)
  return bytes.length === 4 ? BigInt(view.getInt32(0, true)) : view.getBigInt64(0, true)
}

/** Both of the same length. */
function compareSignedBigEndian(a: Uint8Array, b: Uint8Array): number {
  const signs = viewOf(a).getInt8(0) - viewOf(b).getInt8(0)
  return signs === 0 ? compareUnsigned(a, b) : signs
}

/**
 * A bound in Iceberg's single-value serialization (specification, appendix D), from a value in PLAIN form.
 * `undefined` where a bound would be wrong or of no use: infinity, or an upper bound that can't be cut.
 */
export function icebergBound(
  type: ColumnType,
  value: Uint8Array,
  side: 'lower' | 'upper',
): Uint8Array | undefined {
  switch (type.kind) {
    case 'float':
    case 'double':
      return isInfinite(value) ? undefined : value
    case 'decimal':
      return shortestBigEndian(type.precision <= 18 ? value.toReversed() : value)
    case 'string':
    case 'binary':
      return cutBound(type.kind, value, side, BOUND_LENGTH)
    default:
      return value
  }
}

function isInfinite(value: Uint8Array): boolean {
  const view = viewOf(value)
  return !Number.isFinite(value.length === 4 ? view.getFloat32(0, true) : view.getFloat64(0, true))
}

/** Drops leading bytes that only repeat the sign. */
function shortestBigEndian(value: Uint8Array): Uint8Array {
  let start = 0
  while (start < value.length - 1) {
    const [byte, next] = [value[start] as number, value[start + 1] as number]
    const isSign = (byte === 0 && next < 0x80) || (byte === 0xff && next >= 0x80)
    if (!isSign) break
    start++
  }
  return value.slice(start)
}

/** Zero has two signs that compare equal; a lower bound takes the one that IEEE 754 orders first. */
export function withSignOfZero(type: ColumnType, value: Uint8Array, side: 'lower' | 'upper'): Uint8Array {
  if (type.kind !== 'float' && type.kind !== 'double') return value
  const view = viewOf(value)
  const isZero = (value.length === 4 ? view.getFloat32(0, true) : view.getFloat64(0, true)) === 0
  if (!isZero) return value
  const zero = new Uint8Array(value.length)
  if (side === 'lower') zero[value.length - 1] = 0x80
  return zero
}

/**
 * Cuts a string after `length` code points, a binary after `length` bytes. A cut upper bound is raised in its
 * last place that can be; `undefined` if there is none, or if a string is not UTF-8.
 */
export function cutBound(
  kind: 'string' | 'binary',
  value: Uint8Array,
  side: 'lower' | 'upper',
  length: number,
): Uint8Array | undefined {
  if (kind === 'binary') return cutBinary(value, side, length)
  const end = findCodePointEnd(value, length)
  if (end >= value.length) return value
  const text = decodeText(value.subarray(0, end))
  if (text === undefined) return undefined
  return side === 'lower' ? value.slice(0, end) : incrementText(text)
}

function cutBinary(value: Uint8Array, side: 'lower' | 'upper', length: number): Uint8Array | undefined {
  if (value.length <= length) return value
  const cut = value.slice(0, length)
  if (side === 'lower') return cut
  let last = length - 1
  while (last >= 0 && cut[last] === 0xff) last--
  if (last < 0) return undefined
  cut[last] = (cut[last] as number) + 1
  return cut.slice(0, last + 1)
}

/** Byte after the first `count` code points; the length if there are not more. */
function findCodePointEnd(value: Uint8Array, count: number): number {
  let seen = 0
  for (let i = 0; i < value.length; i++) {
    const isStart = ((value[i] as number) & 0xc0) !== 0x80
    if (isStart && ++seen > count) return i
  }
  return value.length
}

function decodeText(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    return undefined
  }
}

/** The shortest text above every text that starts with this one. */
function incrementText(text: string): Uint8Array | undefined {
  const codePoints = Array.from(text, (character) => character.codePointAt(0) as number)
  while (codePoints.length > 0) {
    const last = codePoints.pop() as number
    if (last === 0x10ffff) continue
    const next = last + 1 === FIRST_SURROGATE ? AFTER_SURROGATES : last + 1
    return new TextEncoder().encode(String.fromCodePoint(...codePoints, next))
  }
  return undefined
}

const FIRST_SURROGATE = 0xd800
const AFTER_SURROGATES = 0xe000

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
