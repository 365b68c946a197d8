import { isColumnType } from '#columns/column-type.ts'
import type { PlanInput } from './plan-mapping.ts'
import type { ReadEntry } from './read-entries.ts'
import type { ValuePolicies, ValuePolicy } from './value-policy.ts'

/** Finds what becomes of values that a field cannot hold. */
export class PolicyFinder {
  readonly #policies: ValuePolicies
  /** Columns whose text lands somewhere, so that whatever they hold is there. */
  readonly #landAsText: ReadonlySet<string>

  constructor({ policies = {} }: Pick<PlanInput, 'policies'>, entries: readonly ReadEntry[]) {
    this.#policies = policies
    const texts = entries.filter((read) => read.entry.sourceType === 'ATTRIBUTE' && isText(read))
    this.#landAsText = new Set(texts.map(({ entry }) => entry.source))
  }

  /** The policy of a field that an entry fills; `undefined` where nothing was said. */
  of(read: ReadEntry | undefined): ValuePolicy | undefined {
    const column = read?.entry.sourceType === 'ATTRIBUTE' ? read.entry.source : undefined
    const own = column === undefined ? undefined : this.#policies.columns?.[column]
    if (own !== undefined) return own
    // Beside its exact text a number that fits no decimal is no reason to set the row aside.
    if (read !== undefined && !isText(read) && this.#landAsText.has(column ?? '')) return 'null'
    return this.#policies.default
  }
}

function isText({ type }: ReadEntry): boolean {
  return isColumnType(type) && type.kind === 'string'
}
