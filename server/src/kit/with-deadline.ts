import { Script } from 'node:vm'

/** The work took longer than it may. */
export class DeadlineError extends Error {
  override readonly name = 'DeadlineError'

  constructor(timeoutMs: number) {
    super(`it took longer than ${timeoutMs} ms`)
  }
}

/** What the script runs: a function cannot be handed to it in another way than by the global object. */
let current: () => unknown = () => undefined
const NAME = 'headwater.work-under-a-deadline'
Reflect.set(globalThis, Symbol.for(NAME), () => current())
const script = new Script(`globalThis[Symbol.for('${NAME}')]()`)

/**
 * Runs synchronous work that users have a hand in, such as their regular expressions, and ends it when it takes longer
 * than `timeoutMs`: V8 stops wherever it is, in the middle of a match as well. Costs a thread that watches, some tenths
 * of a millisecond, so it is for a whole batch and not for a value. What the work had begun is left as it is.
 *
 * @throws what `late` makes of it, a DeadlineError by default; what the work throws
 */
export function withDeadline<Result>(
  work: () => Result,
  timeoutMs: number,
  late: () => Error = () => new DeadlineError(timeoutMs),
): Result {
  const outer = current
  current = work
  try {
    return script.runInThisContext({ timeout: timeoutMs }) as Result
  } catch (error) {
    throw isTimeout(error) ? late() : error
  } finally {
    current = outer
  }
}

function isTimeout(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ERR_SCRIPT_EXECUTION_TIMEOUT'
}
