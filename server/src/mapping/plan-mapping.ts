import {
  type ColumnType,
  formatLakeType,
  isColumnType,
  type LakeField,
  type LakeLeaf,
} from '#columns/column-type.ts'
import { bindExpression, bindPath, type FieldSource, membersOf, NULL_NODE } from './bind-expression.ts'
import { checkExpression } from './check-expression.ts'
import { ConversionProblem, convertValue } from './conversions.ts'
import type { Expression } from './expression.ts'
import { findDestination } from './find-destination.ts'
import {
  canConvert,
  conversionBetween,
  type MappingEntry,
  type MappingPlan,
  type MappingProblem,
  type OutputColumn,
  type OutputSource,
  type SourceColumn,
} from './mapping-plan.ts'
import { MappingSyntaxError } from './mapping-syntax-error.ts'
import { parseExpression } from './parse-expression.ts'
import { formatPath, formatPathStep } from './paths.ts'

/** An entry that was understood. */
interface ReadEntry {
  readonly entry: MappingEntry
  readonly index: number
  readonly path: readonly string[]
  readonly field: LakeField
  /** Of an EXPRESSION. */
  readonly expression?: Expression | undefined
}

/**
 * Checks a mapping set without knowing a source: every destination exists and is written once, every expression
 * can be read and speaks of known functions, every constant fits its field.
 */
export function checkMapping(input: {
  readonly entries: readonly MappingEntry[]
  readonly fields: readonly LakeField[]
}): MappingProblem[] {
  return readEntries(input.entries, input.fields).problems
}

/**
 * Plans a mapping for a source and a table. The plan may be carried out when no problem is an error; warnings
 * tell of fields that can only be null.
 */
export function planMapping(input: {
  readonly entries: readonly MappingEntry[]
  readonly columns: readonly SourceColumn[]
  readonly fields: readonly LakeField[]
}): { readonly plan: MappingPlan; readonly problems: MappingProblem[] } {
  const { entries, problems } = readEntries(input.entries, input.fields)
  const planner = new MappingPlanner(input.columns, entries, problems)
  planner.visit(input.fields, [], true)
  return { plan: planner.plan(), problems }
}

/** Entries that carry every column to the field of the table's top level that has its name. */
export function identityMapping(
  columns: readonly SourceColumn[],
  fields: readonly LakeField[],
): MappingEntry[] {
  const names = new Set(fields.filter((field) => isColumnType(field.type)).map((field) => field.name))
  return columns
    .filter((column) => names.has(column.name))
    .map(({ name }) => ({ sourceType: 'ATTRIBUTE', source: name, destination: formatPathStep(name) }))
}

/** The table's fields without those that the plan leaves out; a struct stays for the fields in it. */
export function prunedFields(plan: MappingPlan, fields: readonly LakeField[]): LakeField[] {
  const kept = new Set(plan.outputs.map((output) => output.leaf.id))
  return prune(fields, kept)
}

function prune(fields: readonly LakeField[], kept: ReadonlySet<number>): LakeField[] {
  return fields.flatMap((field) => {
    if (field.type.kind !== 'struct') return kept.has(field.id) ? [field] : []
    const inner = prune(field.type.fields, kept)
    return inner.length > 0 ? [{ ...field, type: { kind: 'struct', fields: inner } }] : []
  })
}

function readEntries(entries: readonly MappingEntry[], fields: readonly LakeField[]) {
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
  return { entries: read, problems }
}

/** Why an entry can't be used. */
class EntryError extends Error {
  override readonly name = 'EntryError'
}

function problemOf(
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
  const key = formatPath(found.path)
  if (written.has(key)) throw new EntryError(`The destination "${key}" is written by another mapping already`)
  written.add(key)
  if (entry.sourceType === 'STATIC') assertConstant(entry.source, found.field)
  const expression = entry.sourceType === 'EXPRESSION' ? readExpression(entry.source) : undefined
  return { entry, index, path: found.path, field: found.field, expression }
}

function readExpression(source: string): Expression {
  const expression = parseExpression(source)
  const [problem] = checkExpression(expression)
  if (problem !== undefined) throw new EntryError(problem)
  return expression
}

function assertConstant(text: string, { type, name }: LakeField): void {
  if (!isColumnType(type)) throw new EntryError(`A constant can't be an object, and "${name}" is one`)
  const value = convertValue(text, type, { inexactCount: 0 })
  if (!(value instanceof ConversionProblem)) return
  throw new EntryError(`The constant "${text}" does not fit ${formatLakeType(type)}: ${value.reason}`)
}

/** Walks the table's fields and finds for each the entry that fills it. */
class MappingPlanner {
  readonly #columns: ReadonlyMap<string, SourceColumn>
  readonly #entries: ReadonlyMap<string, ReadEntry>
  readonly #problems: MappingProblem[]
  readonly #used = new Map<string, number>()
  readonly #outputs: OutputColumn[] = []

  constructor(columns: readonly SourceColumn[], entries: readonly ReadEntry[], problems: MappingProblem[]) {
    this.#columns = new Map(columns.map((column) => [column.name, column]))
    this.#entries = new Map(entries.map((entry) => [formatPath(entry.path), entry]))
    this.#problems = problems
  }

  /** `isRequired` tells whether everything above these fields is required; `copied` fills what has no entry. */
  visit(
    fields: readonly LakeField[],
    above: readonly string[],
    isRequired: boolean,
    copied?: ReadEntry,
  ): void {
    for (const field of fields) {
      const path = [...above, field.name]
      const own = this.#entries.get(formatPath(path))
      const entry = own ?? copied
      const isFieldRequired = isRequired && field.required
      if (field.type.kind === 'struct') {
        if (own) this.#refuseScalar(own)
        this.#visitStruct(field.type.fields, path, isFieldRequired, entry)
      } else if (isColumnType(field.type)) {
        const leaf = { id: field.id, path, required: isFieldRequired, type: field.type }
        this.#visitLeaf(leaf, entry)
      } else this.#visitCollection(field, path, isFieldRequired, entry)
    }
  }

  plan(): MappingPlan {
    const usedColumns = [...this.#used.keys()]
    return {
      usedColumns,
      columnTypes: usedColumns.map((name) => this.#columns.get(name)?.type ?? { kind: 'string' }),
      outputs: this.#outputs,
      requiredPaths: this.#outputs
        .filter(({ leaf }) => leaf.required)
        .map(({ leaf }) => formatPath(leaf.path)),
    }
  }

  /** Only text can hold an object, as JSON; with any other column each field of the object would be null. */
  #refuseScalar({ entry, index, expression, path }: ReadEntry): void {
    const column = expression === undefined ? this.#columns.get(entry.source) : undefined
    if (column === undefined || column.type.kind === 'string') return
    const message = `The column "${column.name}" is ${formatLakeType(column.type)} and can't fill the object "${formatPath(path)}". Map it to one of the object's fields`
    this.#problems.push(problemOf(entry, index, message, 'error'))
  }

  #visitStruct(
    fields: readonly LakeField[],
    path: readonly string[],
    isRequired: boolean,
    entry: ReadEntry | undefined,
  ): void {
    const before = this.#outputs.length
    this.visit(fields, path, isRequired, entry)
    const isUnfilled = before === this.#outputs.length && !fields.some((inner) => inner.required)
    if (isRequired && isUnfilled) this.#reportUnfilled(path)
  }

  #visitCollection(field: LakeField, path: readonly string[], isRequired: boolean, entry?: ReadEntry): void {
    if (isRequired) this.#reportUnfilled(path)
    if (!entry) return
    const message = `"${formatPath(path)}" is a ${field.type.kind}, which a mapping can't fill yet; it stays null`
    this.#problems.push(problemOf(entry.entry, entry.index, message, 'warning'))
  }

  #visitLeaf(leaf: LakeLeaf, entry: ReadEntry | undefined): void {
    if (!entry) {
      if (leaf.required) this.#reportUnfilled(leaf.path)
      return
    }
    const from = this.#sourceOf(leaf, entry)
    if (from) this.#outputs.push({ leaf, source: entry.entry.source, from })
  }

  #reportUnfilled(path: readonly string[]): void {
    const destination = formatPath(path)
    if (this.#problems.some((problem) => problem.destination === destination && problem.severity === 'error'))
      return
    const message = `The field "${destination}" is required and no mapping fills it`
    this.#problems.push({ severity: 'error', message, destination })
  }

  #sourceOf(leaf: LakeLeaf, read: ReadEntry): OutputSource | undefined {
    const { entry, index, path, expression } = read
    if (entry.sourceType === 'STATIC') return { kind: 'constant', text: entry.source }
    const missing: string[] = []
    const source = this.#fieldSource(missing)
    const bound = this.#bind(read, () =>
      expression ? bindExpression(expression, source) : bindPath(entry.source, source),
    )
    if (missing.length > 0) {
      this.#reportOnce(entry, index, `The source has no column "${missing[0]}"`)
      return undefined
    }
    if (!bound) return undefined
    const value = membersOf(bound, leaf.path.slice(path.length))
    return value.node === 'column'
      ? this.#fromColumn(value.column, leaf, read)
      : { kind: 'expression', expression: value }
  }

  #bind(read: ReadEntry, bind: () => Expression): Expression | undefined {
    try {
      return bind()
    } catch (error) {
      if (!(error instanceof MappingSyntaxError)) throw error
      this.#reportOnce(read.entry, read.index, error.message)
      return undefined
    }
  }

  #fromColumn(column: number, leaf: LakeLeaf, { entry, index }: ReadEntry): OutputSource {
    const type = this.#typeOf(column)
    if (!canConvert(type, leaf.type)) this.#reportImpossible(entry, index, type, leaf)
    return { kind: 'column', column, conversion: conversionBetween(type, leaf.type) }
  }

  #reportImpossible(entry: MappingEntry, index: number, type: ColumnType, leaf: LakeLeaf): void {
    const types = `${formatLakeType(type)} does not become ${formatLakeType(leaf.type)}`
    const message = `${types}: "${formatPath(leaf.path)}" can only be null`
    this.#problems.push(problemOf(entry, index, message, leaf.required ? 'error' : 'warning'))
  }

  #reportOnce(entry: MappingEntry, index: number, message: string): void {
    const isKnown = this.#problems.some((problem) => problem.entry === index && problem.message === message)
    if (!isKnown) this.#problems.push(problemOf(entry, index, message))
  }

  #typeOf(column: number): ColumnType {
    const name = [...this.#used.keys()][column] ?? ''
    return this.#columns.get(name)?.type ?? { kind: 'string' }
  }

  #fieldSource(missing: string[]): FieldSource {
    return {
      findColumn: (name) => (this.#columns.has(name) ? this.#use(name) : undefined),
      missing: (name) => {
        missing.push(name)
        return NULL_NODE
      },
    }
  }

  #use(name: string): number {
    const known = this.#used.get(name)
    if (known !== undefined) return known
    const column = this.#used.size
    this.#used.set(name, column)
    return column
  }
}
