/** Definition levels, one byte a row, out of the validity bytes of leaves. */

/** Marks in `present` the rows (0 to `rowCount`) that have a value in `validity`. */
export function unitePresence(present: Uint8Array, validity: Uint8Array, rowCount: number): void {
  for (let row = 0; row < rowCount; row++) {
    if (validity[row] !== 0) present[row] = 1
  }
}

/** Adds one level to each of the rows `from` to `to` that is present; row `from` is at `levels[at]`. */
export function addLevel(
  levels: Uint8Array,
  at: number,
  present: Uint8Array,
  from: number,
  to: number,
): void {
  const shift = at - from
  for (let row = from; row < to; row++) {
    if (present[row] !== 0) levels[row + shift] = (levels[row + shift] as number) + 1
  }
}

/** Rows without a value. */
export function countNulls(validity: Uint8Array, from: number, to: number): number {
  let count = 0
  for (let row = from; row < to; row++) {
    if (validity[row] === 0) count++
  }
  return count
}

/** First row that has no value although its parent (`undefined`: the row itself) is present; -1 if none. */
export function findMissing(validity: Uint8Array, parent: Uint8Array | undefined, rowCount: number): number {
  for (let row = 0; row < rowCount; row++) {
    if (validity[row] === 0 && (parent === undefined || parent[row] !== 0)) return row
  }
  return -1
}

/** How many of the levels `from` to `to` are equal to `level`. */
export function countLevel(levels: Uint8Array, level: number, from: number, to: number): number {
  let count = 0
  for (let i = from; i < to; i++) {
    if (levels[i] === level) count++
  }
  return count
}

/**
 * Index after the level with which the `count`-th `level` is reached, from `from` on; `to` if there are
 * fewer.
 */
export function findLevelEnd(
  levels: Uint8Array,
  level: number,
  from: number,
  to: number,
  count: number,
): number {
  let left = count
  for (let i = from; i < to; i++) {
    if (levels[i] === level && --left === 0) return i + 1
  }
  return to
}

/** Levels as words, which is what the hybrid encoder reads. */
export function widenLevels(levels: Uint8Array, from: number, to: number, target: Uint32Array): void {
  for (let i = from; i < to; i++) target[i - from] = levels[i] as number
}
