import jsonPatch from 'fast-json-patch'
import { asText } from '#kit/as-text.ts'
import { isObject, type Json, type JsonObject } from '#kit/json.ts'
import { jsonDepth } from '#kit/json-depth.ts'

/** One step of a JSON Patch (RFC 6902), read and checked by {@link parsePatch}. */
export interface PatchOperation {
  readonly op: 'add' | 'remove' | 'replace' | 'move' | 'copy' | 'test'
  /** JSON Pointer; the empty text is the whole document. */
  readonly path: string
  /** Where `move` and `copy` take the value from. */
  readonly from?: string | undefined
  readonly value?: Json | undefined
}

/** What is wrong with a patch: its form, the name of an operation, where it points to, its value, its test. */
export type PatchFault = 'shape' | 'operation' | 'path' | 'value' | 'test'

/** A patch that can't be read or applied. Nothing of it was applied. */
export class PatchError extends Error {
  override readonly name = 'PatchError'
  readonly fault: PatchFault
  readonly op: string | undefined
  readonly path: string | undefined

  constructor(
    fault: PatchFault,
    message: string,
    at: { op?: string | undefined; path?: string | undefined } = {},
  ) {
    super(message)
    this.fault = fault
    this.op = at.op
    this.path = at.path
  }
}

const OPERATIONS: ReadonlySet<string> = new Set(['add', 'remove', 'replace', 'move', 'copy', 'test'])

/** Names that lead out of a JSON document into the objects of the program. */
const FORBIDDEN_NAMES: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype'])

/** A few `copy` operations can double a document without end; this is where it ends. */
const DOCUMENT_LIMIT_CHARS = 32 * 1024 * 1024

/** How deep a value may be put. Patch by patch, a document could become too deep for the database. */
const PLACE_LIMIT_LEVELS = 256
/** What is put there may be as deep again. */
const DOCUMENT_LIMIT_LEVELS = 2 * PLACE_LIMIT_LEVELS

/**
 * Reads a request body as a JSON Patch. One operation without its array counts as a patch of one, and the
 * names of operations may be in any case, because clients send both.
 *
 * @throws {PatchError} for anything else
 */
export function parsePatch(body: unknown): readonly PatchOperation[] {
  const items: readonly unknown[] = Array.isArray(body) ? body : [body]
  return items.map((item, index) => parseOperation(item, index))
}

function parseOperation(item: unknown, index: number): PatchOperation {
  if (!isObject(item))
    throw new PatchError(
      'shape',
      `Operation ${index} of the patch is not an object. Send an array of operations.`,
    )
  const { op: givenOp, path, from, value } = item
  const op = typeof givenOp === 'string' ? givenOp.toLowerCase() : ''
  if (!OPERATIONS.has(op)) {
    throw new PatchError(
      'operation',
      `Operation ${index} of the patch has the unknown op ${JSON.stringify(givenOp)}.`,
      { op: asText(givenOp) },
    )
  }
  const at = { op, path: typeof path === 'string' ? path : undefined }
  if (!isPointer(path))
    throw new PatchError(
      'path',
      `Operation ${index} of the patch needs a path that starts with '/', not ${JSON.stringify(path)}.`,
      at,
    )
  if (op === 'move' || op === 'copy') {
    if (!isPointer(from))
      throw new PatchError('path', `Operation ${index} of the patch needs a 'from' that starts with '/'.`, at)
    return { op, path, from }
  }
  if (op === 'remove') return { op, path }
  if (value === undefined)
    throw new PatchError('value', `Operation ${index} of the patch (${op} ${path}) needs a value.`, at)
  return { op: op as PatchOperation['op'], path, value: value as Json }
}

function isPointer(pointer: unknown): pointer is string {
  return typeof pointer === 'string' && (pointer === '' || pointer.startsWith('/'))
}

/**
 * The document after the patch; the given one stays as it is. All operations apply or none.
 *
 * @throws {PatchError} when a path leads nowhere, a test fails or the result is no object
 */
export function applyPatch(document: JsonObject, operations: readonly PatchOperation[]): JsonObject {
  let patched: unknown = structuredClone(document)
  operations.forEach((operation, index) => {
    patched = applyOne(patched, operation, index)
  })
  if (!isObject(patched))
    throw new PatchError('value', 'The patch leaves something that is not an object.', { path: '' })
  return patched as JsonObject
}

function applyOne(document: unknown, operation: PatchOperation, index: number): unknown {
  assertSafe(operation.path, operation)
  if (operation.from !== undefined) assertSafe(operation.from, operation)
  try {
    const step = structuredClone(operation) as Parameters<typeof jsonPatch.applyOperation>[1]
    const patched = jsonPatch.applyOperation(document, step, true, true, true, index).newDocument
    if (operation.from !== undefined) assertBounded(patched, operation)
    return patched
  } catch (error) {
    throw toPatchError(error, operation, index)
  }
}

/** What comes from elsewhere in the document is of any size and depth. */
function assertBounded(document: unknown, operation: PatchOperation): void {
  const text = JSON.stringify(document)
  if (text.length > DOCUMENT_LIMIT_CHARS)
    throw new PatchError('value', 'The patch makes the document larger than 32 MiB.', operation)
  if (jsonDepth(text) > DOCUMENT_LIMIT_LEVELS) {
    const message = `The patch makes the document deeper than ${DOCUMENT_LIMIT_LEVELS} levels.`
    throw new PatchError('value', message, operation)
  }
}

function assertSafe(pointer: string, operation: PatchOperation): void {
  const names = pointer.split('/').map((name) => name.replaceAll('~1', '/').replaceAll('~0', '~'))
  if (names.length > PLACE_LIMIT_LEVELS)
    throw new PatchError('path', `A path must not lead deeper than ${PLACE_LIMIT_LEVELS} levels.`, operation)
  const forbidden = names.find((name) => FORBIDDEN_NAMES.has(name))
  if (forbidden !== undefined)
    throw new PatchError('path', `A path must not contain '${forbidden}'.`, operation)
}

function toPatchError(error: unknown, operation: PatchOperation, index: number): unknown {
  if (!(error instanceof jsonPatch.JsonPatchError)) return error
  const what = `Operation ${index} of the patch (${operation.op} ${operation.path})`
  if (error.name === 'TEST_OPERATION_FAILED') {
    return new PatchError(
      'test',
      `${what} found another value than ${JSON.stringify(operation.value)}.`,
      operation,
    )
  }
  const isValue = error.name.startsWith('OPERATION_VALUE') && error.name !== 'OPERATION_VALUE_OUT_OF_BOUNDS'
  return isValue
    ? new PatchError('value', `${what} has a value that can't be used.`, operation)
    : new PatchError('path', `${what} points to a place that does not exist.${hintFor(operation)}`, operation)
}

function hintFor({ op }: PatchOperation): string {
  return op === 'replace' ? ' Use add for what is not there yet.' : ''
}

/**
 * The document after a JSON Merge Patch (RFC 7396): objects merge member by member at every depth, null
 * removes a member, everything else replaces. The given document stays as it is.
 */
export function applyMergePatch(document: JsonObject, patch: JsonObject): JsonObject {
  return mergeInto(structuredClone(document), patch)
}

function mergeInto(target: JsonObject, patch: JsonObject): JsonObject {
  const merged = new Map(Object.entries(target))
  for (const [name, value] of Object.entries(patch)) {
    if (FORBIDDEN_NAMES.has(name))
      throw new PatchError('path', `A merged object must not contain '${name}'.`, { path: name })
    if (value === null) merged.delete(name)
    else merged.set(name, mergeValue(merged.get(name), value))
  }
  return Object.fromEntries(merged)
}

function mergeValue(current: Json | undefined, value: Json | undefined): Json | undefined {
  if (!isObject(value)) return structuredClone(value)
  return mergeInto(isObject(current) ? (current as JsonObject) : {}, value as JsonObject)
}
