/**
 * What becomes of a value that PostgreSQL can hold and a field cannot: infinite dates, dates before the year 1 or
 * after 9999, `24:00:00`, NaN and the infinities in decimals. Nothing of it is silent: `error` fails the run,
 * `quarantine` sets the row aside, `null` and `clamp` (the nearest value that fits) are counted in the run. `keep`
 * lets a date arrive that the lake can hold and few readers can.
 */
export type ValuePolicy = 'error' | 'quarantine' | 'null' | 'clamp' | 'keep'

export const VALUE_POLICIES: readonly ValuePolicy[] = ['error', 'quarantine', 'null', 'clamp', 'keep']

export const DEFAULT_POLICY: ValuePolicy = 'quarantine'

/** The policies of a source. */
export interface ValuePolicies {
  readonly default?: ValuePolicy | undefined
  /** By the names of columns. */
  readonly columns?: Readonly<Record<string, ValuePolicy>> | undefined
}

/** A value that ends the run, as the policy of its column wants. The message is for users. */
export class ValueRefusedError extends Error {
  override readonly name = 'ValueRefusedError'
  readonly code: string

  constructor(message: string, code: string) {
    super(message)
    this.code = code
  }
}
