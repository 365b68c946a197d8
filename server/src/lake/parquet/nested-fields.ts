import { type ColumnType, isColumnType, type LakeField, type LakeType } from '#columns/column-type.ts'
import { UnsupportedFieldError } from './unsupported-field-error.ts'

/** A list, a map, or anything in one. `required` is false where a NULL takes a definition level. */
export type NestedNode = NestedLeaf | NestedStruct | NestedList | NestedMap

interface NestedBase {
  readonly id: number
  /** As the file's schema has it: `element`, `key` and `value` below lists and maps. */
  readonly name: string
  readonly required: boolean
  /** Leaves of the collection from `firstLeaf` to before `endLeaf` are in this node. */
  readonly firstLeaf: number
  readonly endLeaf: number
}

export interface NestedLeaf extends NestedBase {
  readonly kind: 'leaf'
  readonly type: ColumnType
  /** The names of the file's schema from the top, those of the repeated groups included. */
  readonly path: readonly string[]
  /** Definition level of a value. */
  readonly maxLevel: number
  /** Repetition level of an item that goes on the innermost list. */
  readonly maxRepeat: number
}

export interface NestedStruct extends NestedBase {
  readonly kind: 'struct'
  readonly children: readonly NestedNode[]
}

export interface NestedList extends NestedBase {
  readonly kind: 'list'
  /** Repetition level of every item but the first. */
  readonly repeat: number
  readonly element: NestedNode
}

export interface NestedMap extends NestedBase {
  readonly kind: 'map'
  readonly repeat: number
  readonly key: NestedNode
  readonly value: NestedNode
}

/** Names of the repeated groups, which have no field id. */
export const REPEATED_GROUPS = { list: 'list', map: 'key_value' } as const

/**
 * The tree of a list or map at the end of `path`, below `level` optional structs.
 * Throws {@link UnsupportedFieldError} for structs without fields.
 */
export function buildNested(
  field: LakeField,
  path: readonly string[],
  level: number,
): { readonly root: NestedNode; readonly leaves: readonly NestedLeaf[] } {
  const leaves: NestedLeaf[] = []
  const root = build(field, { path, level, repeat: 0 }, leaves)
  return { root, leaves }
}

interface Place {
  readonly path: readonly string[]
  /** Definition level of what is there. */
  readonly level: number
  readonly repeat: number
}

type Part = Pick<LakeField, 'id' | 'name' | 'required' | 'type'>

function build(part: Part, parent: Place, leaves: NestedLeaf[]): NestedNode {
  const { id, name, required, type } = part
  const place = {
    path: [...parent.path, name],
    level: parent.level + (required ? 0 : 1),
    repeat: parent.repeat,
  }
  const firstLeaf = leaves.length
  const base = { id, name, required, firstLeaf }
  if (isColumnType(type)) {
    const { path, level: maxLevel, repeat: maxRepeat } = place
    const leaf = { kind: 'leaf' as const, ...base, endLeaf: firstLeaf + 1, type, path, maxLevel, maxRepeat }
    leaves.push(leaf)
    return leaf
  }
  const parts = buildParts(type, place, leaves)
  return { ...base, endLeaf: leaves.length, ...parts }
}

type Parts =
  | Pick<NestedStruct, 'kind' | 'children'>
  | Pick<NestedList, 'kind' | 'repeat' | 'element'>
  | Pick<NestedMap, 'kind' | 'repeat' | 'key' | 'value'>

function buildParts(type: Exclude<LakeType, ColumnType>, place: Place, leaves: NestedLeaf[]): Parts {
  if (type.kind === 'struct') {
    if (type.fields.length === 0) throw UnsupportedFieldError.ofEmptyStruct(place.path)
    return { kind: 'struct', children: type.fields.map((field) => build(field, place, leaves)) }
  }
  const repeat = place.repeat + 1
  const inside = { path: [...place.path, REPEATED_GROUPS[type.kind]], level: place.level + 1, repeat }
  if (type.kind === 'list') {
    const element = {
      id: type.elementId,
      name: 'element',
      required: type.elementRequired,
      type: type.element,
    }
    return { kind: 'list', repeat, element: build(element, inside, leaves) }
  }
  const key = { id: type.keyId, name: 'key', required: true, type: type.key }
  const value = { id: type.valueId, name: 'value', required: type.valueRequired, type: type.value }
  return { kind: 'map', repeat, key: build(key, inside, leaves), value: build(value, inside, leaves) }
}
