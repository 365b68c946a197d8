import { type ColumnType, isColumnType, type LakeField, type LakeType } from '#columns/column-type.ts'
import { OutputLog } from './batch-log.ts'
import { compileCheck } from './check-value.ts'
import { ConversionProblem } from './conversion-problem.ts'
import { convertValue, typeNameOfColumn } from './conversions.ts'
import type { FieldRules } from './field-rules.ts'
import type { OutputColumn, TreePart } from './mapping-plan.ts'
import { formatPathStep, type PathStep } from './paths.ts'
import { isArray, isMap, typeNameOf, type Value } from './values.ts'

/** Converts a value with everything in it; what can't be converted is null and told. */
export type ConvertTree = (value: Value, row: number) => Value

/** A place in a list or map. */
interface Place {
  readonly path: string
  /** From the list or map on; a `*` stands for any key. */
  readonly steps: readonly PathStep[]
  readonly isElement: boolean
}

const ANY_KEY = '*'

/** Compiles the conversion of a list or map, down to the values in it, and of what the schema wants of them. */
export class TreeCompiler {
  /** Of every place; each batch has to begin them. */
  readonly logs: OutputLog[] = []
  readonly #parts: readonly TreePart[]
  readonly #output: Pick<OutputColumn, 'source' | 'policy'>

  /** `parts` are those of the output. */
  constructor(parts: readonly TreePart[], output: Pick<OutputColumn, 'source' | 'policy'>) {
    this.#parts = parts
    this.#output = output
  }

  compile(type: LakeType, rules: FieldRules | undefined, path: string): ConvertTree {
    return this.#compile(type, rules, { path, steps: [], isElement: false })
  }

  /** The log of a place. */
  logAt(path: string, type: LakeType, steps: readonly PathStep[]): OutputLog {
    const part = this.#parts.findLast((candidate) => leadsTo(candidate, steps))
    const { source: whole, policy } = this.#output
    const { entry } = part ?? this.#parts[0] ?? {}
    const spot = { path, type, source: part?.source ?? whole, entry, isRequired: false, policy }
    const log = new OutputLog(spot, 'EXPRESSION')
    this.logs.push(log)
    return log
  }

  #compile(type: LakeType, rules: FieldRules | undefined, place: Place): ConvertTree {
    const log = this.logAt(place.path, type, place.steps)
    if (isColumnType(type)) return compileLeaf(type, rules, { log, isElement: place.isElement })
    switch (type.kind) {
      case 'struct':
        return this.#compileStruct(type.fields, rules, { place, log })
      case 'list': {
        const check = compileCheck(rules)
        const step = { path: `${place.path}[*]`, steps: [...place.steps, EVERY], isElement: true }
        const convert = this.#compile(type.element, rules?.items, step)
        return (value, row) => {
          if (!isArray(value)) return refuse(value, row, log, 'an array')
          const items = value.map((item) => convert(item, row))
          const violation = check?.(items)
          if (violation) log.violation(row, violation)
          return items
        }
      }
      case 'map': {
        const inner = {
          path: `${place.path}.${ANY_KEY}`,
          steps: [...place.steps, name(ANY_KEY)],
          isElement: false,
        }
        const convert = this.#compile(type.value, rules?.items, inner)
        return (value, row) => {
          if (!isMap(value)) return refuse(value, row, log, 'a map')
          return new Map([...value].map(([key, item]) => [key, convert(item, row)]))
        }
      }
    }
  }

  #compileStruct(
    fields: readonly LakeField[],
    rules: FieldRules | undefined,
    { place, log }: { readonly place: Place; readonly log: OutputLog },
  ): ConvertTree {
    const needed = new Set(rules?.required)
    const members = fields.map((field) => {
      const path = `${place.path}.${formatPathStep(field.name)}`
      const steps = [...place.steps, name(field.name)]
      const own = rules?.fields?.[field.name]
      const convert = this.#compile(field.type, own, { path, steps, isElement: false })
      const filler = own?.default === undefined ? null : convert(defaultOf(own.default), 0)
      const missing =
        needed.has(field.name) || field.required ? this.logAt(path, field.type, steps) : undefined
      return { name: field.name, convert, filler, missing }
    })
    return (value, row) => {
      if (!isMap(value)) return refuse(value, row, log, 'an object')
      const object = new Map<string, Value>()
      for (const { name: key, convert, filler, missing } of members) {
        const member = convert(value.get(key) ?? null, row) ?? filler
        if (member !== null) object.set(key, member)
        else missing?.missing(row)
      }
      return object
    }
  }
}

const EVERY: PathStep = { kind: 'every' }

function name(text: string): PathStep {
  return { kind: 'name', name: text }
}

/** A default as a value of a mapping. */
export function defaultOf(value: string | number | boolean): Value {
  return typeof value === 'number' && Number.isInteger(value) ? BigInt(value) : value
}

/** Null stays null. */
function refuse(value: Value, row: number, log: OutputLog, what: string): null {
  if (value !== null) {
    log.settle(row, new ConversionProblem(`${typeNameOf(value)} does not become ${what}`), typeNameOf(value))
  }
  return null
}

function compileLeaf(
  type: ColumnType,
  rules: FieldRules | undefined,
  { log, isElement }: { readonly log: OutputLog; readonly isElement: boolean },
): ConvertTree {
  const check = compileCheck(rules, type)
  return (value, row) => {
    if (value === null) return null
    const tally = { inexactCount: 0 }
    const result =
      isElement && hasParts(value) ? elementProblem(value, type) : convertValue(value, type, tally)
    if (result instanceof ConversionProblem) return log.settle(row, result, typeNameOf(value)) ?? null
    if (tally.inexactCount > 0) log.inexact(row)
    const violation = result === null ? undefined : check?.(result)
    if (violation) log.violation(row, violation)
    return result
  }
}

function hasParts(value: Value): boolean {
  return isArray(value) || isMap(value)
}

function elementProblem(value: Value, type: ColumnType): ConversionProblem {
  const wanted = typeNameOfColumn(type)
  const found = isArray(value) ? 'Array' : 'Object'
  return new ConversionProblem(
    `Cannot convert array element from ${found} to ${wanted.charAt(0)}${wanted.slice(1).toLowerCase()}`,
  )
}

/** True for a part that fills the place or something around it. */
function leadsTo({ steps }: TreePart, place: readonly PathStep[]): boolean {
  return (
    steps.length <= place.length && steps.every((step, index) => isSameStep(step, place[index] as PathStep))
  )
}

function isSameStep(step: PathStep, place: PathStep): boolean {
  if (step.kind !== 'name' || place.kind !== 'name') return step.kind !== 'name' && place.kind !== 'name'
  return step.name === place.name || place.name === ANY_KEY
}
