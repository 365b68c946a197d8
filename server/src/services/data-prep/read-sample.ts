import { HttpProblem } from '#http/problem.ts'
import type { Scope } from '#http/scope.ts'
import { badRequest, DataPrepProblem, sourceNotFound } from './problems.ts'
import type { SampleSource, SourceSample, WantedSource } from './source-port.ts'

export interface SampleOptions {
  readonly limit: number
  readonly signal?: AbortSignal | undefined
}

/**
 * Some rows of a source.
 *
 * @throws {DataPrepProblem} 404 when there is no such source, 400 with what the source said
 */
export async function readSample(
  sampleSource: SampleSource,
  scope: Scope,
  wanted: WantedSource,
  options: SampleOptions,
): Promise<SourceSample> {
  const sample = await sampleSource(scope, wanted, options).catch((error: unknown) => {
    throw inOurWords(error)
  })
  if (sample === undefined) throw sourceNotFound(wanted)
  return sample
}

/** The other service has a shape of its own for its errors. */
function inOurWords(error: unknown): unknown {
  if (!(error instanceof HttpProblem) || error instanceof DataPrepProblem) return error
  return error.status >= 500 ? error : badRequest(error.message)
}
