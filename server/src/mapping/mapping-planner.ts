import {
  type ColumnType,
  formatLakeType,
  isColumnType,
  type LakeColumn,
  type LakeField,
  type LakeType,
} from '#columns/column-type.ts'
import {
  bindExpression,
  bindPath,
  type FieldSource,
  membersOf,
  NULL_NODE,
  partsOf,
} from './bind-expression.ts'
import type { Expression } from './expression.ts'
import type { FieldRules } from './field-rules.ts'
import {
  canConvert,
  conversionBetween,
  type MappingEntry,
  type MappingPlan,
  type MappingProblem,
  type ObjectPlan,
  type OutputColumn,
  type OutputSource,
  type TreePart,
} from './mapping-plan.ts'
import { MappingSyntaxError } from './mapping-syntax-error.ts'
import { formatPath } from './paths.ts'
import type { PlanInput } from './plan-mapping.ts'
import { PolicyFinder } from './policy-finder.ts'
import { type PARTS, pathOf, problemOf, type ReadEntry } from './read-entries.ts'
import { UsedColumns } from './used-columns.ts'

/** Where the walk is. */
interface Place {
  readonly path: readonly string[]
  /** Everything above is required by the table. */
  readonly isRequired: boolean
  /** Everything above is asked of every row by the schema. */
  readonly isAsked: boolean
  /** Fills what has no entry of its own. */
  readonly copied?: ReadEntry | undefined
  readonly rules?: FieldRules | undefined
  /** Among the objects of the plan. */
  readonly parent?: number | undefined
}

/** Walks the table's fields and finds for each the entries that fill it. */
export class MappingPlanner {
  readonly #input: PlanInput
  readonly #columns: UsedColumns
  readonly #entries: ReadonlyMap<string, readonly ReadEntry[]>
  readonly #problems: MappingProblem[]
  readonly #policies: PolicyFinder
  readonly #outputs: OutputColumn[] = []
  readonly #objects: ObjectPlan[] = []

  constructor(input: PlanInput, entries: readonly ReadEntry[], problems: MappingProblem[]) {
    this.#input = input
    this.#columns = new UsedColumns(input.columns)
    this.#entries = Map.groupBy(entries, ({ path }) => formatPath(path))
    this.#problems = problems
    this.#policies = new PolicyFinder(input, entries)
  }

  visitTable(): void {
    const { fields, rules } = this.#input
    this.#visit(fields, { path: [], isRequired: true, isAsked: true, rules })
  }

  plan(): MappingPlan {
    return {
      ...this.#columns.inPlan(),
      outputs: this.#outputs,
      objects: this.#objects,
      requiredPaths: this.#outputs
        .filter(({ leaf }) => leaf.required)
        .map(({ leaf }) => formatPath(leaf.path)),
    }
  }

  /** Returns the fields that the schema needs and that nothing fills. */
  #visit(fields: readonly LakeField[], place: Place): string[] {
    const needed = new Set(place.rules?.required)
    return fields.flatMap((field) => {
      const before = this.#outputs.length
      this.#visitField(field, place, needed.has(field.name))
      const isFilled = this.#outputs.length > before
      return needed.has(field.name) && !isFilled ? [formatPath([...place.path, field.name])] : []
    })
  }

  #visitField(field: LakeField, place: Place, isNeeded: boolean): void {
    const path = [...place.path, field.name]
    const own = this.#entries.get(formatPath(path)) ?? []
    const isRequired = place.isRequired && field.required
    const rules = place.rules?.fields?.[field.name]
    const isAsked = place.isAsked && isNeeded
    if (field.type.kind === 'struct') {
      const copied = own[0] ?? place.copied
      if (own[0]) this.#refuseScalar(own[0], field)
      this.#visitStruct(
        field.type.fields,
        { path, isRequired, isAsked, copied, rules, parent: place.parent },
        isNeeded,
      )
      return
    }
    const leaf: LakeColumn = { id: field.id, path, required: isRequired, type: field.type }
    const from = isColumnType(field.type)
      ? this.#leafSource(leaf, own[0] ?? place.copied, rules)
      : this.#collectionSource(leaf, field, own, place.copied)
    if (from) {
      const policy = this.#policies.of(own[0] ?? place.copied)
      const base = {
        leaf,
        ...from,
        ...(rules === undefined ? {} : { rules }),
        ...(policy === undefined ? {} : { policy }),
      }
      const parent = place.parent === undefined ? {} : { parent: place.parent }
      this.#outputs.push({ ...base, ...parent, ...(isNeeded ? { isNeeded } : {}) })
    } else if (isRequired || isAsked) this.#reportUnfilled(path)
  }

  #visitStruct(fields: readonly LakeField[], place: Place, isNeeded: boolean): void {
    const before = this.#outputs.length
    const objects = this.#objects.length
    const { path, rules, isRequired } = place
    const index = rules === undefined ? undefined : this.#objects.push(pendingObject(place, before)) - 1
    const unfilled = this.#visit(fields, { ...place, parent: index })
    // A default alone makes no object.
    if (this.#outputs.slice(before).every(({ from }) => from.kind === 'default')) {
      this.#outputs.length = before
      this.#objects.length = objects
    } else if (index !== undefined) {
      const object = this.#objects[index] as ObjectPlan
      this.#objects[index] = { ...object, isNeeded, unfilled, endOutput: this.#outputs.length }
    }
    const isUnfilled = before === this.#outputs.length && !fields.some((inner) => inner.required)
    const isMissing = place.isAsked && before === this.#outputs.length
    if ((isRequired && isUnfilled) || isMissing) this.#reportUnfilled(path)
  }

  /** Only text can hold an object or array, as JSON; with any other column everything in it would be null. */
  #refuseScalar({ entry, index, expression, path, steps, type }: ReadEntry, field: LakeField): void {
    const column = expression === undefined ? this.#columns.find(entry.source) : undefined
    if (column === undefined || column.type.kind === 'string' || entry.sourceType !== 'ATTRIBUTE') return
    if (isColumnType(type)) return
    const remedy = type.kind === 'struct' ? " Map it to one of the object's fields" : ''
    const message = `The column "${column.name}" is ${formatLakeType(column.type)} and can't fill the ${NOUNS[type.kind]} "${pathOf({ path: path.length > 0 ? path : [field.name], steps })}".${remedy}`
    this.#problems.push(problemOf(entry, index, message, 'error'))
  }

  #leafSource(
    leaf: LakeColumn,
    read: ReadEntry | undefined,
    rules: FieldRules | undefined,
  ): Pick<OutputColumn, 'source' | 'from' | 'entry'> | undefined {
    const source = read && this.#sourceOf(leaf, read)
    if (read && source) return { source: read.entry.source, entry: read.index, from: source }
    return rules?.default === undefined ? undefined : { source: '', from: { kind: 'default' } }
  }

  #collectionSource(
    leaf: LakeColumn,
    field: LakeField,
    own: readonly ReadEntry[],
    copied: ReadEntry | undefined,
  ): Pick<OutputColumn, 'source' | 'from' | 'entry'> | undefined {
    const isWhole = own.some(({ steps }) => steps.length === 0)
    const parts = [...(copied && !isWhole ? [copied] : []), ...own].flatMap((read) => {
      if (read !== copied) this.#refuseScalar(read, field)
      const part = this.#partOf(leaf, read, read === copied)
      return part ? [part] : []
    })
    const [first] = parts
    if (!first) return undefined
    const sources = [...new Set(parts.map(({ source }) => source))]
    return { source: sources.join(', '), entry: first.entry, from: { kind: 'tree', parts: inOrder(parts) } }
  }

  #partOf(leaf: LakeColumn, read: ReadEntry, isCopied: boolean): TreePart | undefined {
    const { entry, index, path, steps, type, identity } = read
    const bound = this.#boundSource(read)
    if (!bound) return undefined
    const names = isCopied ? leaf.path.slice(path.length) : []
    const member = names.length > 0 ? this.#membersOf(bound, names, type) : bound
    // A text column holds an array or object as JSON.
    const isPlain = isColumnType(type) || identity !== undefined
    const expression = isPlain && !isCopied ? member : wholeOf(partsOf(member, this.#columns), type)
    const part = { steps: isCopied ? [] : steps, source: entry.source, entry: index, expression }
    return identity === undefined ? part : { ...part, identity }
  }

  #reportUnfilled(path: readonly string[]): void {
    const destination = formatPath(path)
    if (this.#problems.some((problem) => problem.destination === destination && problem.severity === 'error'))
      return
    const message = `The field "${destination}" is required and no mapping fills it`
    this.#problems.push({ severity: 'error', message, destination })
  }

  #sourceOf(leaf: LakeColumn, read: ReadEntry): OutputSource | undefined {
    const { entry, path, type } = read
    if (entry.sourceType === 'STATIC') return { kind: 'constant', text: entry.source }
    const bound = this.#boundSource(read)
    if (!bound) return undefined
    const names = leaf.path.slice(path.length)
    const value = names.length > 0 ? this.#membersOf(bound, names, type) : bound
    return value.node === 'column'
      ? this.#fromColumn(value.column, leaf, read)
      : { kind: 'expression', expression: value }
  }

  #membersOf(bound: Expression, names: readonly string[], type: LakeType): Expression {
    return membersOf(wholeOf(partsOf(bound, this.#columns), type), names)
  }

  #boundSource(read: ReadEntry): Expression | undefined {
    const { entry, index, expression } = read
    if (entry.sourceType === 'STATIC') return { node: 'literal', type: 'string', text: entry.source }
    const missing: string[] = []
    const source = this.#fieldSource(missing)
    const bound = this.#bind(read, () =>
      expression ? bindExpression(expression, source) : bindPath(entry.source, source),
    )
    if (missing.length === 0 || this.#input.ignoresMissing === true) return bound
    this.#reportOnce(entry, index, `The source has no column "${missing[0]}"`)
    return undefined
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

  #fromColumn(column: number, leaf: LakeColumn, { entry, index }: ReadEntry): OutputSource | undefined {
    const type = this.#columns.typeAt(column)
    if (!isColumnType(leaf.type)) return undefined
    if (!canConvert(type, leaf.type)) this.#reportImpossible(entry, index, type, leaf)
    const conversion = conversionBetween(type, leaf.type)
    const check = conversion === 'none' ? this.#columns.checkAt(column) : undefined
    return { kind: 'column', column, conversion, ...(check === undefined ? {} : { check }) }
  }

  #reportImpossible(entry: MappingEntry, index: number, type: ColumnType, leaf: LakeColumn): void {
    const types = `${formatLakeType(type)} does not become ${formatLakeType(leaf.type)}`
    const message = `${types}: "${formatPath(leaf.path)}" can only be null`
    this.#problems.push(problemOf(entry, index, message, leaf.required ? 'error' : 'warning'))
  }

  #reportOnce(entry: MappingEntry, index: number, message: string): void {
    const isKnown = this.#problems.some((problem) => problem.entry === index && problem.message === message)
    if (!isKnown) this.#problems.push(problemOf(entry, index, message))
  }

  #fieldSource(missing: string[]): FieldSource {
    return {
      findColumn: (name) => this.#columns.use(name),
      partsOf: this.#columns.partsOf,
      missing: (name) => {
        missing.push(name)
        return NULL_NODE
      },
    }
  }
}

/** A column that lands as it is, in a place of this type, and not for what an expression makes of it. */
function wholeOf(expression: Expression, whole: LakeType): Expression {
  return expression.node === 'shaped_text' ? { ...expression, whole } : expression
}

const NOUNS = { struct: 'object', list: 'array', map: 'map' } as const satisfies Record<
  keyof typeof PARTS,
  string
>

function pendingObject({ path, parent }: Place, firstOutput: number): ObjectPlan {
  const base = { path, firstOutput, endOutput: firstOutput, isNeeded: false, unfilled: [] }
  return parent === undefined ? base : { ...base, parent }
}

/** What is more specific comes later and takes the place of what was there; identities come to the rest. */
function inOrder(parts: readonly TreePart[]): readonly TreePart[] {
  const rank = ({ identity, steps }: TreePart) =>
    (identity === undefined ? 0 : 1_000) +
    steps.length +
    (steps.some(({ kind }) => kind === 'index') ? 0.5 : 0)
  return parts.toSorted((a, b) => rank(a) - rank(b))
}
