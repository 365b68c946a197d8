import {
  formatLakeType,
  isColumnType,
  type LakeField,
  type LakeType,
  parseColumnType,
} from '#columns/column-type.ts'

/** A type as Iceberg's JSON has it: a name, or an object for a type with parts. */
export type IcebergType =
  | string
  | { readonly type: 'struct'; readonly fields: readonly IcebergField[] }
  | {
      readonly type: 'list'
      readonly 'element-id': number
      readonly 'element-required': boolean
      readonly element: IcebergType
    }
  | {
      readonly type: 'map'
      readonly 'key-id': number
      readonly key: IcebergType
      readonly 'value-id': number
      readonly 'value-required': boolean
      readonly value: IcebergType
    }

export interface IcebergField {
  readonly id: number
  readonly name: string
  readonly required: boolean
  readonly type: IcebergType
  readonly doc?: string | undefined
}

/** A type that this program doesn't know: of another writer, or of a newer format version. */
export class UnknownIcebergTypeError extends Error {
  override readonly name = 'UnknownIcebergTypeError'
}

/** Fields as the metadata of a table holds them. */
export function fieldsToIceberg(fields: readonly LakeField[]): IcebergField[] {
  return fields.map(({ id, name, required, type, doc }) => ({
    id,
    name,
    required,
    type: typeToIceberg(type),
    ...(doc !== undefined && { doc }),
  }))
}

/** The inverse of `fieldsToIceberg`. Throws UnknownIcebergTypeError. */
export function fieldsFromIceberg(fields: readonly IcebergField[]): LakeField[] {
  return fields.map(({ id, name, required, type, doc }) => ({
    id,
    name,
    required,
    type: typeFromIceberg(type),
    ...(doc !== undefined && { doc }),
  }))
}

/** The largest id of the fields and of what lies in them; 0 for none. */
export function largestFieldId(fields: readonly LakeField[]): number {
  return fields.reduce((largest, { id, type }) => Math.max(largest, id, largestIdIn(type)), 0)
}

function typeToIceberg(type: LakeType): IcebergType {
  if (isColumnType(type)) {
    return formatLakeType(type)
  }
  switch (type.kind) {
    case 'struct':
      return { type: 'struct', fields: fieldsToIceberg(type.fields) }
    case 'list':
      return {
        type: 'list',
        'element-id': type.elementId,
        'element-required': type.elementRequired,
        element: typeToIceberg(type.element),
      }
    case 'map':
      return {
        type: 'map',
        'key-id': type.keyId,
        key: typeToIceberg(type.key),
        'value-id': type.valueId,
        'value-required': type.valueRequired,
        value: typeToIceberg(type.value),
      }
  }
}

function typeFromIceberg(type: IcebergType): LakeType {
  if (typeof type === 'string') {
    const known = parseColumnType(type)
    if (!known) {
      throw new UnknownIcebergTypeError(`Iceberg type '${type}' is not supported`)
    }
    return known
  }
  switch (type.type) {
    case 'struct':
      return { kind: 'struct', fields: fieldsFromIceberg(type.fields) }
    case 'list':
      return {
        kind: 'list',
        elementId: type['element-id'],
        elementRequired: type['element-required'],
        element: typeFromIceberg(type.element),
      }
    case 'map':
      return {
        kind: 'map',
        keyId: type['key-id'],
        key: typeFromIceberg(type.key),
        valueId: type['value-id'],
        valueRequired: type['value-required'],
        value: typeFromIceberg(type.value),
      }
  }
}

function largestIdIn(type: LakeType): number {
  switch (type.kind) {
    case 'struct':
      return largestFieldId(type.fields)
    case 'list':
      return Math.max(type.elementId, largestIdIn(type.element))
    case 'map':
      return Math.max(type.keyId, largestIdIn(type.key), type.valueId, largestIdIn(type.value))
    default:
      return 0
  }
}
