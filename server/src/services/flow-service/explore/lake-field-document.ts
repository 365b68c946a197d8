import { formatLakeType, type LakeField, type LakeType } from '#columns/column-type.ts'
import type { JsonObject } from '#kit/json.ts'

/*
 * A field of the lake as exploring shows it: the words are those for the columns of PostgreSQL, and for parts those
 * of XDM.
 */

interface Shown extends JsonObject {
  /** The `type` of a column. */
  readonly type: string
  readonly xdm: JsonObject
  readonly 'meta:xdmType'?: string
}

const TEXT: Shown = { type: 'string', xdm: { type: 'string' } }
const NUMBER: Shown = { type: 'double', 'meta:xdmType': 'number', xdm: { type: 'number' } }
const TIME: Shown = {
  type: 'string',
  'meta:xdmType': 'date-time',
  xdm: { type: 'string', format: 'date-time' },
}
const whole = (xdmType: string, minimum: number, maximum: number): Shown => ({
  type: 'integer',
  'meta:xdmType': xdmType,
  xdm: { type: 'integer', minimum, maximum },
})

const PRIMITIVES: Readonly<Record<string, Shown>> = {
  boolean: { type: 'boolean', xdm: { type: 'boolean' } },
  int: whole('int', -(2 ** 31), 2 ** 31 - 1),
  long: whole('long', -(2 ** 53), 2 ** 53 - 1),
  float: NUMBER,
  double: NUMBER,
  decimal: NUMBER,
  date: { type: 'string', 'meta:xdmType': 'date', xdm: { type: 'string', format: 'date' } },
  timestamp: TIME,
  timestamptz: TIME,
}

/** A field at the top of a table, as a column of an exploration. */
export function lakeFieldDocument({ name, type, required, doc }: LakeField): JsonObject {
  const meta = { originalType: formatLakeType(type), nullable: !required }
  return { name, ...shownType(type), meta: doc === undefined ? meta : { ...meta, comment: doc } }
}

function shownType(type: LakeType): Shown {
  switch (type.kind) {
    case 'struct': {
      const properties = Object.fromEntries(
        type.fields.map((field) => [field.name, shownType(field.type).xdm]),
      )
      return { type: 'object', 'meta:xdmType': 'object', xdm: { type: 'object', properties } }
    }
    case 'list':
      return {
        type: 'array',
        'meta:xdmType': 'array',
        xdm: { type: 'array', items: shownType(type.element).xdm },
      }
    case 'map':
      return {
        type: 'object',
        'meta:xdmType': 'map',
        xdm: { type: 'object', additionalProperties: shownType(type.value).xdm },
      }
    default:
      return PRIMITIVES[type.kind] ?? TEXT
  }
}
