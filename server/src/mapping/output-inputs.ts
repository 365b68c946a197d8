import type { MappingPlan, OutputSource } from './mapping-plan.ts'
import { formatPath } from './paths.ts'

/** Which columns the value of a place comes from, as places of the plan's columns. */
export class OutputInputs {
  readonly #byPath: ReadonlyMap<string, readonly number[]>

  constructor({ outputs }: Pick<MappingPlan, 'outputs'>) {
    this.#byPath = new Map(outputs.map(({ leaf, from }) => [formatPath(leaf.path), columnsOf(from)]))
  }

  /** Of a place inside of a list or a map those of the whole; of an object none. */
  of(path: string): readonly number[] {
    const known = this.#byPath.get(path)
    if (known !== undefined) return known
    const around = [...this.#byPath.keys()].find(
      (whole) => /^[.[]/.test(path.slice(whole.length)) && path.startsWith(whole),
    )
    return around === undefined ? [] : (this.#byPath.get(around) ?? [])
  }
}

function columnsOf(from: OutputSource): readonly number[] {
  if (from.kind === 'column') return [from.column]
  const found = new Set<number>()
  collect(from, found)
  return [...found].sort((a, b) => a - b)
}

/** Expressions are trees of plain data; a column is a node like any other. */
function collect(node: unknown, found: Set<number>): void {
  if (typeof node !== 'object' || node === null) return
  if (Reflect.get(node, 'node') === 'column') found.add(Number(Reflect.get(node, 'column')))
  for (const child of Object.values(node)) collect(child, found)
}
