import type { Scope } from '#http/scope.ts'
import type { SourceColumn } from '#mapping/mapping-plan.ts'

/** Where rows come from: what a flow reads, or what a source connection points to. */
export type WantedSource =
  | { readonly kind: 'sourceConnection'; readonly id: string }
  | { readonly kind: 'flow'; readonly id: string }

/** Some rows of a source. A column that is null in a row is absent from it. */
export interface SourceSample {
  /** Those that the source connection selects. */
  readonly columns: readonly SourceColumn[]
  readonly rows: readonly Readonly<Record<string, string | number | boolean>>[]
  /** Of a flow that has one. */
  readonly mapping?: { readonly id: string; readonly version?: number | undefined } | undefined
}

/**
 * Reads some rows as a run would read them: those that pass the row filter. `undefined` when the sandbox has no
 * such flow or source connection.
 *
 * @throws {HttpProblem} of whoever knows sources, with what the source said and what to do about it
 */
export type SampleSource = (
  scope: Scope,
  wanted: WantedSource,
  options: { readonly limit: number; readonly signal?: AbortSignal | undefined },
) => Promise<SourceSample | undefined>
