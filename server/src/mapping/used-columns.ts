import type { ColumnType } from '#columns/column-type.ts'
import type { TextCheck } from '#typemap/text-check.ts'
import type { Expression } from './expression.ts'
import type { MappingPlan, SourceColumn } from './mapping-plan.ts'

const STRING: ColumnType = { kind: 'string' }

/** The columns of a source, and which of them a mapping reads, in the order in which it came upon them. */
export class UsedColumns {
  readonly #offered: ReadonlyMap<string, SourceColumn>
  readonly #places = new Map<string, number>()
  readonly #used: SourceColumn[] = []

  constructor(offered: readonly SourceColumn[]) {
    this.#offered = new Map(offered.map((column) => [column.name, column]))
  }

  find(name: string): SourceColumn | undefined {
    return this.#offered.get(name)
  }

  /** The place of a column, which is read from now on; `undefined` where the source has none of that name. */
  use(name: string): number | undefined {
    const column = this.#offered.get(name)
    if (!column) return undefined
    const known = this.#places.get(name)
    if (known !== undefined) return known
    this.#places.set(name, this.#used.length)
    return this.#used.push(column) - 1
  }

  typeAt(place: number): ColumnType {
    return this.#used[place]?.type ?? STRING
  }

  checkAt(place: number): TextCheck | undefined {
    return this.#used[place]?.check
  }

  /** The parts of a column whose type has some; `undefined` for any other. */
  readonly partsOf = (place: number): Expression | undefined => {
    const shape = this.#used[place]?.shape
    return shape && { node: 'shaped_text', of: { node: 'column', column: place }, shape }
  }

  inPlan(): Pick<MappingPlan, 'usedColumns' | 'columnTypes' | 'uncheckedColumns'> {
    const unchecked = this.#used.flatMap(({ check }, place) => (check === 'utf8' ? [place] : []))
    return {
      ...(unchecked.length === 0 ? {} : { uncheckedColumns: unchecked }),
      usedColumns: this.#used.map(({ name }) => name),
      columnTypes: this.#used.map(({ type }) => type),
    }
  }
}
