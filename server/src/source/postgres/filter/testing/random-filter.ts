import {
  type FilterNode,
  type FilterValue,
  type FnApply,
  fieldLookup,
  filterValue,
  fnApply,
  type Scalar,
} from '#source/postgres/filter/filter-tree.ts'

/** Numbers from 0 to below 1; the same seed gives the same ones. */
export function seededRandom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** A column to make conditions of: values that its rows hold, some that they don't, and whether it is text. */
export interface RandomColumn {
  readonly name: string
  readonly literals: readonly Scalar[]
  readonly isText?: boolean
}

const SIGNS = ['=', '==', '!=', '<', '<=', '>', '>=']
const MATCHES = [
  'startsWith',
  'doesNotStartWith',
  'endsWith',
  'doesNotEndWith',
  'contains',
  'doesNotContain',
  'equals',
  'notEqualTo',
]

/** Draws filters that have a text form, of up to a depth. */
export class RandomFilters {
  readonly #random: () => number
  readonly #columns: readonly RandomColumn[]

  constructor(random: () => number, columns: readonly RandomColumn[]) {
    this.#random = random
    this.#columns = columns
  }

  next(depth: number): FnApply {
    const kind = depth === 0 ? 3 : this.#upTo(6)
    if (kind === 0) return fnApply('not', this.next(depth - 1))
    if (kind > 2) return this.#leaf(this.#pick(this.#columns))
    const operands = Array.from({ length: 2 + this.#upTo(3) }, () => this.next(depth - 1))
    return fnApply(kind === 1 ? 'and' : 'or', ...operands)
  }

  #leaf(column: RandomColumn): FnApply {
    const field = fieldLookup(column.name)
    const kind = this.#upTo(column.isText === true ? 8 : 5)
    if (kind === 0) return fnApply(this.#pick(['isNull', 'isNotNull']), field)
    if (kind === 1) return fnApply(this.#pick(['in', 'notIn']), field, this.#list(column))
    if (kind === 2) return fnApply(this.#pick(SIGNS), this.#literal(column), field)
    if (kind < 5) return fnApply(this.#pick(SIGNS), field, this.#literal(column))
    if (kind === 5)
      return fnApply('like', field, filterValue(this.#pick(['a%', '%b', '_', '%', 'a\\%', '', '%\\\\%'])))
    return fnApply(this.#pick(MATCHES), field, this.#literal(column), ...this.#flag())
  }

  #flag(): FilterNode[] {
    return this.#upTo(2) === 0 ? [] : [filterValue(this.#upTo(2) === 0)]
  }

  #literal({ literals }: RandomColumn): FilterValue {
    return filterValue(this.#pick(literals))
  }

  #list({ literals }: RandomColumn): FilterValue {
    return filterValue(Array.from({ length: this.#upTo(4) }, () => this.#pick(literals)))
  }

  #pick<Item>(items: readonly Item[]): Item {
    return items[this.#upTo(items.length)] as Item
  }

  #upTo(count: number): number {
    return Math.floor(this.#random() * count)
  }
}
