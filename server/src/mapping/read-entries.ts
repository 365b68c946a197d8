import { formatLakeType, isColumnType, type LakeField, type LakeType } from '#columns/column-type.ts'
import { checkExpression } from './check-expression.ts'
import { ConversionProblem } from './conversion-problem.ts'
import { convertValue } from './conversions.ts'
import type { Expression } from './expression.ts'
import { type Destination, findDestination } from './find-destination.ts'
import type { IdentityMark, MappingEntry, MappingProblem } from './mapping-plan.ts'
import { MappingSyntaxError } from './mapping-syntax-error.ts'
import { parseExpression } from './parse-expression.ts'
import { formatPath, formatSteps } from './paths.ts'

/** An entry that was understood. */
export interface ReadEntry extends Destination {
  readonly entry: MappingEntry
  readonly index: number
  /** Of an EXPRESSION. */
  readonly expression?: Expression | undefined
  /** The value goes among the identities besides its own destination. */
  readonly identity?: IdentityMark | undefined
}

/** Reads every entry, and says what is wrong with those that can't be used. */
export function readEntries(
  entries: readonly MappingEntry[],
  fields: readonly LakeField[],
): { readonly entries: ReadEntry[]; readonly problems: MappingProblem[] } {
  const read: ReadEntry[] = []
  const problems: MappingProblem[] = []
  const written = new Set<string>()
  for (const [index, entry] of entries.entries()) {
    try {
      read.push(readEntry(entry, index, fields, written))
    } catch (error) {
      if (!(error instanceof MappingSyntaxError) && !(error instanceof EntryError)) throw error
      problems.push(problemOf(entry, index, error.message))
    }
  }
  return { entries: [...read, ...read.flatMap((each) => identityEntries(each, fields))], problems }
}

/** Why an entry can't be used. */
class EntryError extends Error {
  override readonly name = 'EntryError'
}

/** What is wrong with one entry. */
export function problemOf(
  entry: MappingEntry,
  index: number,
  message: string,
  severity: MappingProblem['severity'] = 'error',
): MappingProblem {
  const { destination, source, sourceType } = entry
  return { severity, message, destination, source, sourceType, entry: index }
}

function readEntry(
  entry: MappingEntry,
  index: number,
  fields: readonly LakeField[],
  written: Set<string>,
): ReadEntry {
  const found = findDestination(entry.destination, fields)
  if (typeof found === 'string') throw new EntryError(found)
  const key = pathOf(found)
  if (written.has(key)) throw new EntryError(`The destination "${key}" is written by another mapping already`)
  written.add(key)
  if (entry.sourceType === 'STATIC') assertConstant(entry.source, found.type, key)
  const expression = entry.sourceType === 'EXPRESSION' ? readExpression(entry.source) : undefined
  return { ...found, entry, index, expression }
}

/** A destination as a path. */
export function pathOf({ path, steps }: Pick<Destination, 'path' | 'steps'>): string {
  const inner = formatSteps(steps)
  return `${formatPath(path)}${inner === '' || inner.startsWith('[') ? '' : '.'}${inner}`
}

function readExpression(source: string): Expression {
  const expression = parseExpression(source)
  const [problem] = checkExpression(expression)
  if (problem !== undefined) throw new EntryError(problem)
  return expression
}

function assertConstant(text: string, type: LakeType, path: string): void {
  if (!isColumnType(type))
    throw new EntryError(`A constant can't be ${PARTS[type.kind]}, and "${path}" is one`)
  const value = convertValue(text, type, { inexactCount: 0 })
  if (!(value instanceof ConversionProblem)) return
  throw new EntryError(`The constant "${text}" does not fit ${formatLakeType(type)}: ${value.reason}`)
}

/** Types with parts in words. */
export const PARTS = { struct: 'an object', list: 'an array', map: 'a map' } as const

/** A marked value goes into `identityMap`, too, if the schema has one. */
function identityEntries(read: ReadEntry, fields: readonly LakeField[]): ReadEntry[] {
  const { identity } = read.entry
  const field = fields.find(({ name, type }) => name === 'identityMap' && type.kind === 'map')
  if (identity === undefined || field?.type.kind !== 'map') return []
  const steps = [{ kind: 'name' as const, name: identity.namespace }]
  return [{ ...read, path: [field.name], field, steps, type: field.type.value, identity }]
}
