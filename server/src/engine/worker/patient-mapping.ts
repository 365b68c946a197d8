import { withDeadline } from '#kit/with-deadline.ts'
import type { CompiledMapping } from '#mapping/compile-mapping.ts'
import type { MappingPlan } from '#mapping/mapping-plan.ts'
import { usesRegex } from '#mapping/uses-regex.ts'

/** The run cannot go on; somebody has to change the mapping or the schema. The message is for users. */
export class SlowExpressionError extends Error {
  override readonly name = 'SlowExpressionError'
  readonly code = 'HW-EXPRESSION-TIMEOUT'

  constructor() {
    super(
      'A regular expression of the mapping, or a pattern of the schema, takes for ever on a value of the source. Write it without repetitions inside of repetitions, as in (a+)+.',
    )
  }
}

/** A batch of two thousand rows takes milliseconds. */
const PATIENCE_MS = 60_000

/**
 * The mapping with an end to how long a batch may take, where it has regular expressions, which may take for ever.
 * Others are as they are: they cost what they cost.
 *
 * @throws SlowExpressionError from `apply`
 */
export function patientMapping(
  compiled: CompiledMapping,
  plan: MappingPlan,
  patienceMs = PATIENCE_MS,
): CompiledMapping {
  if (!usesRegex(plan)) return compiled
  return {
    apply: (batch) =>
      withDeadline(
        () => compiled.apply(batch),
        patienceMs,
        () => new SlowExpressionError(),
      ),
  }
}
