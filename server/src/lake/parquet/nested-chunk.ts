import { type AnyVector, type Vector, vectorKindOf } from '#columns/vector.ts'
import type { Kernel } from '#kernel/kernel.ts'
import { type ByteBuffer, growUint8 } from './byte-buffer.ts'
import type { CollectionNode } from './leaves.ts'
import { MissingValueError } from './missing-value-error.ts'
import type { NestedLeaf, NestedList, NestedMap, NestedNode } from './nested-fields.ts'
import { type FilledPage, PAGE_ENTRIES, PagedChunk } from './paged-chunk.ts'
import type { StructPresence } from './struct-presence.ts'

/**
 * A list or map in the row group that is being filled. Its rows are shredded to the columns of the file as the
 * Dremel paper has it: an entry for every value, with a definition level that says how much of its path is there,
 * and a repetition level that says which list it goes on.
 */
export class NestedChunk {
  readonly files: readonly NestedLeafChunk[]
  readonly #node: CollectionNode

  constructor(node: CollectionNode, kernel: Kernel) {
    this.#node = node
    this.files = node.leaves.map((leaf) => new NestedLeafChunk(leaf, kernel))
  }

  get bufferedBytes(): number {
    return this.files.reduce((sum, file) => sum + file.bufferedBytes, 0)
  }

  /**
   * Checks the whole of a vector before any of its rows is taken.
   * Throws {@link MissingValueError} for a NULL where the field is required and its struct is there.
   */
  check(vector: AnyVector, rowCount: number, presence: StructPresence): void {
    const { column, root } = this.#node
    checkKinds(vector, root)
    if (!column.required || vector.nullCount === 0) return
    for (let row = 0; row < rowCount; row++) {
      if (
        vector.validity[row] !== 1 &&
        this.#ancestorsAt(row, presence) === this.#node.optionalAncestors.length
      )
        throw new MissingValueError(column.path, row)
    }
  }

  /** Takes the rows `from` to `to` of a checked vector. */
  append(vector: AnyVector, from: number, to: number, presence: StructPresence): void {
    const { root, optionalAncestors } = this.#node
    for (let row = from; row < to; row++) {
      const level = this.#ancestorsAt(row, presence)
      if (level < optionalAncestors.length) this.#addNothing(root, level, 0)
      else this.#add(root, vector, row, { level, repeat: 0 })
    }
    for (const file of this.files) file.takeRun()
  }

  /** How many of the optional structs above are there. */
  #ancestorsAt(row: number, presence: StructPresence): number {
    let level = 0
    for (const group of this.#node.optionalAncestors) {
      const present = presence.of(group)
      if (present !== undefined && present[row] === 0) return level
      level++
    }
    return level
  }

  #add(node: NestedNode, vector: AnyVector, row: number, at: Levels): void {
    if (vector.validity[row] !== 1) {
      if (node.required) throw new MissingValueError([...this.#node.column.path, node.name], row)
      this.#addNothing(node, at.level, at.repeat)
      return
    }
    const level = at.level + (node.required ? 0 : 1)
    switch (node.kind) {
      case 'leaf':
        this.files[node.firstLeaf]?.add(vector as Vector, row, level, at.repeat)
        break
      case 'struct':
        if (vector.kind !== 'struct') break
        for (const [index, child] of node.children.entries()) {
          this.#add(child, vector.fields[index] as AnyVector, row, { level, repeat: at.repeat })
        }
        break
      default:
        this.#addItems(node, vector, row, { level, repeat: at.repeat })
    }
  }

  #addItems(node: NestedList | NestedMap, vector: AnyVector, row: number, at: Levels): void {
    if (vector.kind !== 'list' && vector.kind !== 'map') return
    const length = vector.lengths[row] as number
    if (length === 0) this.#addNothing(node, at.level, at.repeat)
    const start = vector.offsets[row] as number
    for (let item = start; item < start + length; item++) {
      const inside = { level: at.level + 1, repeat: item === start ? at.repeat : node.repeat }
      if (vector.kind === 'list' && node.kind === 'list')
        this.#add(node.element, vector.element, item, inside)
      if (vector.kind === 'map' && node.kind === 'map') {
        this.#add(node.key, vector.keys, item, inside)
        this.#add(node.value, vector.values, item, inside)
      }
    }
  }

  /** What is not there leaves an entry in each of its columns. */
  #addNothing({ firstLeaf, endLeaf }: NestedNode, level: number, repeat: number): void {
    for (let leaf = firstLeaf; leaf < endLeaf; leaf++) this.files[leaf]?.addNothing(level, repeat)
  }
}

interface Levels {
  /** Definition level of what is around. */
  readonly level: number
  readonly repeat: number
}

function checkKinds(vector: AnyVector, node: NestedNode): void {
  const kind = node.kind === 'leaf' ? vectorKindOf(node.type) : node.kind
  if (vector.kind !== kind)
    throw new TypeError(`${node.name} takes a vector of ${kind}, not of ${vector.kind}.`)
  if (vector.kind === 'list' && node.kind === 'list') checkKinds(vector.element, node.element)
  if (vector.kind === 'struct' && node.kind === 'struct') {
    node.children.forEach((child, index) => {
      checkKinds(vector.fields[index] as AnyVector, child)
    })
  }
  if (vector.kind === 'map' && node.kind === 'map') {
    checkKinds(vector.keys, node.key)
    checkKinds(vector.values, node.value)
  }
}

/** One column of the file below a list or map. */
export class NestedLeafChunk extends PagedChunk {
  readonly #leaf: NestedLeaf
  #levels: Uint8Array
  #repeats: Uint8Array
  /** Rows of `#source` whose values have entries already and are to be taken. */
  #runStart = 0
  #runEnd = 0
  #source: Vector | undefined

  constructor(leaf: NestedLeaf, kernel: Kernel) {
    super(leaf.type, leaf.path, kernel)
    this.#levels = kernel.heap.uint8(256)
    this.#repeats = kernel.heap.uint8(256)
    this.#leaf = leaf
  }

  get bufferedBytes(): number {
    return 2 * this.entryCount + this.store.bufferedBytes + this.earlyBytes
  }

  /** A value that is there. */
  add(vector: Vector, row: number, level: number, repeat: number): void {
    this.#addLevels(level, repeat)
    if (this.#source !== vector || this.#runEnd !== row) {
      this.takeRun()
      this.#source = vector
      this.#runStart = row
    }
    this.#runEnd = row + 1
  }

  addNothing(level: number, repeat: number): void {
    this.#addLevels(level, repeat)
    this.nullCount++
  }

  /** Takes the values of the entries so far; their vector may be used again afterwards. */
  takeRun(): void {
    if (this.#source !== undefined) {
      this.store.append(this.#source, { validity: undefined, from: this.#runStart, to: this.#runEnd })
    }
    this.#source = undefined
  }

  #addLevels(level: number, repeat: number): void {
    const at = this.entryCount++
    this.#levels = growUint8(this.kernel.heap, this.#levels, at + 1)
    this.#repeats = growUint8(this.kernel.heap, this.#repeats, at + 1)
    this.#levels[at] = level
    this.#repeats[at] = repeat
  }

  /** A page holds whole rows, so that readers can skip by them. */
  protected override fillPage(entry: number, page: ByteBuffer): FilledPage {
    const { maxLevel, maxRepeat } = this.#leaf
    let end = this.#rowBoundary(entry, entry + PAGE_ENTRIES)
    let values = this.#countValues(entry, end)
    const fitting = this.store.fitPage(values)
    if (fitting < values) {
      end = this.#rowBoundary(entry, this.#endOfValues(entry, fitting))
      values = this.#countValues(entry, end)
      this.store.fitPage(values, Number.POSITIVE_INFINITY)
    }
    this.writeLevels(this.#repeats, maxRepeat, { from: entry, to: end }, page)
    this.writeLevels(this.#levels, maxLevel, { from: entry, to: end }, page)
    return { end, body: this.store.takePage(values, page) }
  }

  #countValues(from: number, to: number): number {
    return this.kernel.countLevel(this.#levels, this.#leaf.maxLevel, from, to)
  }

  #endOfValues(from: number, count: number): number {
    let end = from
    for (let left = count; left > 0; end++) if (this.#levels[end] === this.#leaf.maxLevel) left--
    return end
  }

  /** The last start of a row after `from` that is not beyond `to`; if there is none, the first that is. */
  #rowBoundary(from: number, to: number): number {
    if (to >= this.entryCount) return this.entryCount
    for (let at = to; at > from; at--) if (this.#repeats[at] === 0) return at
    for (let at = to; at < this.entryCount; at++) if (this.#repeats[at] === 0) return at
    return this.entryCount
  }
}
