import { Script } from 'node:vm'

/** The work took longer than it may. */
export class DeadlineError extends Error {
  override readonly name = 'DeadlineError'
}

/**
 * Where the work waits for the script that runs it: functions cannot be handed to a script in another way. A symbol of
 * this module alone; nobody else sees it.
 */
const SLOT = Symbol('work under a deadline')
const SYMBOL_NAME = 'headwater.work-under-a-deadline'
Reflect.set(globalThis, Symbol.for(SYMBOL_NAME), () => (Reflect.get(globalThis, SLOT) as () => unknown)())
const script = new Script(`globalThis[Symbol.for('${SYMBOL_NAME}')]()`)

/**
 * Runs synchronous work that users have a hand in, such as their regular expressions, and ends it when it takes longer
 * than `timeoutMs`: V8 stops wherever it is, in the middle of a match as well. Costs a thread that watches, some tenths
 * of a millisecond, so it is for a whole batch and not for a value. What the work had begun is left as it is.
 *
 * @throws DeadlineError; what the work throws
 */
export function withDeadline<Result>(work: () => Result, timeoutMs: number): Result {
  const outer: unknown = Reflect.get(globalThis, SLOT)
  Reflect.set(globalThis, SLOT, work)
  try {
    return script.runInThisContext({ timeout: timeoutMs }) as Result
  } catch (error) {
    if (isTimeout(error)) throw new DeadlineError(`it took longer than ${timeoutMs} ms`)
    throw error
  } finally {
    Reflect.set(globalThis, SLOT, outer)
  }
}

function isTimeout(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ERR_SCRIPT_EXECUTION_TIMEOUT'
}
