import { isDeepStrictEqual } from 'node:util'
import {
  type ColumnType,
  formatLakeType,
  isColumnType,
  type LakeField,
  type LakeType,
  parseColumnType,
} from '#columns/column-type.ts'

/** A node of a resolved `xed-full` schema: JSON Schema with the platform's `meta:` words. */
export interface XdmNode {
  readonly type?: string | readonly string[] | undefined
  readonly title?: string | undefined
  readonly description?: string | undefined
  readonly format?: string | undefined
  readonly minimum?: number | undefined
  readonly maximum?: number | undefined
  readonly properties?: Readonly<Record<string, XdmNode>> | undefined
  readonly required?: readonly string[] | undefined
  readonly items?: XdmNode | undefined
  readonly additionalProperties?: XdmNode | boolean | undefined
  readonly 'meta:xdmType'?: string | undefined
  /** Ours: the exact type of the table's column, as `formatLakeType` writes it. */
  readonly 'meta:lakeType'?: string | undefined
}

/** A schema asks for a column type that does not exist. */
export class LakeTypeUnknownError extends Error {
  override readonly name = 'LakeTypeUnknownError'
  readonly path: string

  constructor(path: string, text: string) {
    super(
      `The field "${path}" asks for the type "${text}"; use one such as decimal(12,2), timestamp, uuid or long`,
    )
    this.path = path
  }
}

/** A schema gives a field of a table another type, and the values that are there can't become it. */
export class LakeTypeChangeError extends Error {
  override readonly name = 'LakeTypeChangeError'
  readonly path: string
  readonly oldType: string
  readonly newType: string

  constructor(path: string, oldType: string, newType: string) {
    super(
      `The field "${path}" of the table is ${oldType} and can't become ${newType}; add a new field instead`,
    )
    this.path = path
    this.oldType = oldType
    this.newType = newType
  }
}

/**
 * The fields of a table for a schema. Ids count from 1, level by level: all fields of the top, then the parts
 * of each, and so on.
 * @throws LakeTypeUnknownError for a `meta:lakeType` that is no type
 */
export function lakeFieldsOfXdm(fullSchema: XdmNode): LakeField[] {
  return evolveLakeFields([], 0, fullSchema).fields
}

/**
 * Brings the fields of a table up to a schema. Fields are known by their path and keep their ids; new ones get
 * ids after `lastId`. In a table that has fields already, new fields are optional, since its rows lack them, and
 * no field becomes required; fields that the schema no longer has stay, and are optional from now on.
 * @throws LakeTypeChangeError when a type changes otherwise than int to long, float to double, or a decimal to
 * more digits of the same scale
 */
export function evolveLakeFields(
  current: readonly LakeField[],
  lastId: number,
  fullSchema: XdmNode,
): { fields: LakeField[]; lastId: number; addedPaths: string[] } {
  const shapes = shapesOf(fullSchema, '', true)
  const evolution = new FieldEvolution(current.length > 0, lastId)
  return evolution.run(current, shapes)
}

/**
 * What a field of a schema without parts becomes for a table of the lake when another schema takes its place: `same`
 * and `wider` can be followed, `other` can not. Fields with parts are `other` unless they are alike.
 */
export function xdmTypeRelation(before: XdmNode, after: XdmNode): 'same' | 'wider' | 'other' {
  try {
    const [old] = lakeFieldsOfXdm({ properties: { field: before } })
    const { fields, addedPaths } = evolveLakeFields(old === undefined ? [] : [old], MAX_PARTS, {
      properties: { field: after },
    })
    if (isDeepStrictEqual(old?.type, fields[0]?.type)) return 'same'
    return old !== undefined && isColumnType(old.type) && addedPaths.length === 0 ? 'wider' : 'other'
  } catch (error) {
    if (error instanceof LakeTypeChangeError || error instanceof LakeTypeUnknownError) return 'other'
    throw error
  }
}

/** Beyond the ids of any field's parts. */
const MAX_PARTS = 1_000_000

/** A field of a schema before it has an id. */
interface Shape {
  readonly name: string
  readonly path: string
  readonly required: boolean
  readonly type: ShapeType
  readonly doc?: string | undefined
}

type ShapeType =
  | { readonly kind: 'column'; readonly type: ColumnType }
  | { readonly kind: 'struct'; readonly fields: readonly Shape[] }
  | { readonly kind: 'list'; readonly element: ShapeType }
  | { readonly kind: 'map'; readonly value: ShapeType }

function shapesOf(node: XdmNode, path: string, isRequired: boolean): Shape[] {
  const required = new Set(node.required)
  return Object.entries(node.properties ?? {}).map(([name, child]) => {
    const childPath = path === '' ? name : `${path}.${name}`
    // What is required within an optional object is missing as a whole where the object is.
    const isFieldRequired = isRequired && required.has(name)
    return {
      name,
      path: childPath,
      required: isFieldRequired,
      type: shapeOf(child, childPath, isFieldRequired),
      ...(child.title === undefined ? {} : { doc: child.title }),
    }
  })
}

function shapeOf(node: XdmNode, path: string, isRequired: boolean): ShapeType {
  const type = typeNameOf(node)
  if (type === 'array') return { kind: 'list', element: shapeOf(node.items ?? {}, `${path}.element`, false) }
  if (type !== 'object') return { kind: 'column', type: columnTypeOf(node, type, path) }
  if (isMap(node)) return { kind: 'map', value: shapeOf(valueNodeOf(node), `${path}.value`, false) }
  const fields = shapesOf(node, path, isRequired)
  return fields.length > 0 ? { kind: 'struct', fields } : { kind: 'column', type: { kind: 'string' } }
}

/** `["string", "null"]` is a string; a node that only has properties is an object. */
function typeNameOf({ type, properties, items }: XdmNode): string {
  const name = typeof type === 'string' ? type : type?.find((candidate) => candidate !== 'null')
  if (name !== undefined) return name
  if (properties) return 'object'
  return items ? 'array' : 'string'
}

function isMap(node: XdmNode): boolean {
  if (node['meta:xdmType'] === 'map') return true
  return node.properties === undefined && typeof node.additionalProperties === 'object'
}

function valueNodeOf({ additionalProperties }: XdmNode): XdmNode {
  return typeof additionalProperties === 'object' ? additionalProperties : { type: 'string' }
}

function columnTypeOf(node: XdmNode, type: string, path: string): ColumnType {
  const wanted = node['meta:lakeType']
  if (wanted !== undefined) {
    const exact = parseColumnType(wanted)
    if (!exact) throw new LakeTypeUnknownError(path, wanted)
    return exact
  }
  switch (type) {
    case 'boolean':
      return { kind: 'boolean' }
    case 'number':
      return { kind: 'double' }
    case 'integer':
      return { kind: isLong(node) ? 'long' : 'int' }
    default:
      return { kind: kindOfFormat(node) }
  }
}

function kindOfFormat({ format, 'meta:xdmType': xdmType }: XdmNode): 'date' | 'timestamptz' | 'string' {
  if (format === 'date' || xdmType === 'date') return 'date'
  return format === 'date-time' || xdmType === 'date-time' ? 'timestamptz' : 'string'
}

/** The documented bounds of an integer reach one beyond the machine's. */
const INT_BOUND = 2_147_483_648

function isLong({ 'meta:xdmType': xdmType, minimum, maximum }: XdmNode): boolean {
  if (xdmType !== undefined) return xdmType === 'long'
  return Math.abs(minimum ?? 0) > INT_BOUND || Math.abs(maximum ?? 0) > INT_BOUND
}

/** A field while ids are given out: its type is replaced once the ids of its parts are known. */
interface Draft {
  readonly id: number
  readonly name: string
  readonly required: boolean
  readonly doc?: string | undefined
  type: LakeType
}

/** Sets the type of a draft's parts; runs after everything of the level above has its id. */
type Task = () => void

/** Gives out ids level by level. */
class FieldEvolution {
  readonly #isExisting: boolean
  readonly #addedPaths: string[] = []
  readonly #tasks: Task[] = []
  #lastId: number

  constructor(isExisting: boolean, lastId: number) {
    this.#isExisting = isExisting
    this.#lastId = lastId
  }

  run(current: readonly LakeField[], shapes: readonly Shape[]) {
    const fields = this.#fields(current, shapes)
    for (const task of this.#tasks) task()
    return { fields, lastId: this.#lastId, addedPaths: this.#addedPaths }
  }

  /** Existing fields keep their places, new ones come after them. */
  #fields(current: readonly LakeField[], shapes: readonly Shape[]): Draft[] {
    const byName = new Map(shapes.map((shape) => [shape.name, shape]))
    const known = new Set(current.map((field) => field.name))
    const kept = current.map((field) => this.#keep(field, byName.get(field.name)))
    return [...kept, ...shapes.filter((shape) => !known.has(shape.name)).map((shape) => this.#add(shape))]
  }

  #keep(field: LakeField, shape: Shape | undefined): Draft {
    if (!shape) return { ...field, required: false }
    const draft: Draft = { ...field, required: field.required && shape.required }
    this.#tasks.push(() => {
      draft.type = this.#change(field.type, shape.type, shape.path)
    })
    return draft
  }

  #add(shape: Shape): Draft {
    this.#addedPaths.push(shape.path)
    const { name, type, path } = shape
    const required = shape.required && !this.#isExisting
    const draft: Draft = {
      id: this.#nextId(),
      name,
      required,
      type: { kind: 'string' },
      ...(shape.doc === undefined ? {} : { doc: shape.doc }),
    }
    this.#tasks.push(() => {
      draft.type = this.#create(type, path)
    })
    return draft
  }

  #create(shape: ShapeType, path: string): LakeType {
    switch (shape.kind) {
      case 'column':
        return shape.type
      case 'struct':
        return { kind: 'struct', fields: this.#fields([], shape.fields) }
      case 'list':
        return this.#later<ListType>(
          { kind: 'list', elementId: this.#nextId(), elementRequired: false, element: PENDING },
          (list) => {
            list.element = this.#create(shape.element, `${path}.element`)
          },
        )
      case 'map':
        return this.#later<MapType>(
          {
            kind: 'map',
            keyId: this.#nextId(),
            key: PENDING,
            valueId: this.#nextId(),
            valueRequired: false,
            value: PENDING,
          },
          (map) => {
            map.value = this.#create(shape.value, `${path}.value`)
          },
        )
    }
  }

  #change(old: LakeType, shape: ShapeType, path: string): LakeType {
    if (shape.kind === 'column') return this.#changeColumn(old, shape.type, path)
    if (shape.kind !== old.kind) throw new LakeTypeChangeError(path, formatLakeType(old), shape.kind)
    if (old.kind === 'struct' && shape.kind === 'struct') {
      return { kind: 'struct', fields: this.#fields(old.fields, shape.fields) }
    }
    if (old.kind === 'list' && shape.kind === 'list') {
      return this.#later({ ...old }, (list) => {
        list.element = this.#change(old.element, shape.element, `${path}.element`)
      })
    }
    if (old.kind === 'map' && shape.kind === 'map') {
      return this.#later({ ...old }, (map) => {
        map.value = this.#change(old.value, shape.value, `${path}.value`)
      })
    }
    return old
  }

  #changeColumn(old: LakeType, type: ColumnType, path: string): ColumnType {
    if (isColumnType(old) && isWidening(old, type)) return type
    throw new LakeTypeChangeError(path, formatLakeType(old), formatLakeType(type))
  }

  /** A type whose parts come with the next level. */
  #later<T extends LakeType>(type: T, task: (type: Mutable<T>) => void): T {
    this.#tasks.push(() => task(type as Mutable<T>))
    return type
  }

  #nextId(): number {
    this.#lastId++
    return this.#lastId
  }
}

type ListType = Extract<LakeType, { kind: 'list' }>
type MapType = Extract<LakeType, { kind: 'map' }>
type Mutable<T> = { -readonly [K in keyof T]: T[K] }

/** Stands for a part until the next level is reached; keys of maps are text and stay so. */
const PENDING: ColumnType = { kind: 'string' }

/** True when the field of a table can take the other type: by the rules of Iceberg. */
export function isWidening(old: ColumnType, type: ColumnType): boolean {
  if (old.kind === 'decimal' && type.kind === 'decimal') {
    return old.scale === type.scale && old.precision <= type.precision
  }
  if (old.kind === type.kind) return true
  return (old.kind === 'int' && type.kind === 'long') || (old.kind === 'float' && type.kind === 'double')
}
