import { applyPatch, PatchError, type PatchOperation, parsePatch } from '#json-patch/apply-patch.ts'
import type { JsonObject } from '#kit/json.ts'
import { emptyBody, FlowProblem } from '#services/flow-service/problems.ts'

/** What a patch may touch of a resource. */
export interface PatchRules {
  /** Top-level members that may change. */
  readonly patchable: ReadonlySet<string>
  /** Members with a code of their own for being refused. */
  readonly refused?: Readonly<Record<string, () => FlowProblem>> | undefined
}

/**
 * Reads the body of a PATCH: an array of operations or a single one.
 *
 * @throws {FlowProblem} 1405 without any, 1434 for an operation that isn't add, replace or remove, 1455 for a
 *   missing or read-only path
 */
export function readPatch(body: unknown, rules: PatchRules): readonly PatchOperation[] {
  const isEmpty = body === undefined || body === null || (Array.isArray(body) && body.length === 0)
  if (isEmpty) throw emptyBody()
  const operations = translated(() => parsePatch(body))
  for (const operation of operations) assertAllowed(operation, rules)
  return operations
}

function assertAllowed({ op, path }: PatchOperation, { patchable, refused }: PatchRules): void {
  if (op !== 'add' && op !== 'replace' && op !== 'remove') throw unsupported(op)
  const [, first] = path.split('/')
  const own = refused?.[first ?? '']
  if (own !== undefined) throw own()
  if (first === undefined || !patchable.has(first)) {
    const message = `The patch instruction failed validation: ${path === '' ? 'the whole document' : path} cannot be changed. Paths that can start with one of: ${[
      ...patchable,
    ]
      .sort()
      .map((name) => `/${name}`)
      .join(', ')}.`
    throw new FlowProblem('1455-400', message, { path })
  }
}

/** The document after all operations; none is applied when one can't be. @throws {FlowProblem} 1455 */
export function patched(document: JsonObject, operations: readonly PatchOperation[]): JsonObject {
  return translated(() => applyPatch(document, operations))
}

/** The operations as `lastOperation` shows them. */
export function shownOperations(operations: readonly PatchOperation[]): readonly JsonObject[] {
  return operations.map(({ op, path, value }) => (value === undefined ? { op, path } : { op, path, value }))
}

function translated<T>(work: () => T): T {
  try {
    return work()
  } catch (error) {
    if (!(error instanceof PatchError)) throw error
    if (error.fault === 'operation') throw unsupported(error.op ?? '')
    throw new FlowProblem('1455-400', `The patch instruction failed validation: ${error.message}`, {
      path: error.path ?? null,
    })
  }
}

function unsupported(op: string): FlowProblem {
  const fault =
    op === '' || op === 'undefined' ? 'A patch instruction has no op' : `The operation ${op} is not supported`
  return new FlowProblem('1434-400', `${fault}. Use add, replace or remove.`, {
    operation: op,
  })
}
