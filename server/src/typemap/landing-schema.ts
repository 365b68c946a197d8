import { type ColumnType, formatLakeType } from '#columns/column-type.ts'
import type { JsonObject } from '#kit/json.ts'
import type { TextShape } from './text-shape.ts'

/** What a field of an XDM schema says to get a type of the lake and no other. */
export function schemaOfColumnType(type: ColumnType): JsonObject {
  if (type.kind === 'decimal') return { type: 'number', 'meta:lakeType': formatLakeType(type) }
  return SCHEMAS[type.kind]
}

const SCHEMAS: Readonly<Record<Exclude<ColumnType['kind'], 'decimal'>, JsonObject>> = {
  boolean: { type: 'boolean' },
  int: { type: 'integer' },
  // Without bounds: those of XDM end at 2^53, a bigint does not.
  long: { type: 'integer', 'meta:xdmType': 'long' },
  double: { type: 'number' },
  float: { type: 'number', 'meta:lakeType': 'float' },
  string: { type: 'string' },
  date: { type: 'string', format: 'date' },
  timestamptz: { type: 'string', format: 'date-time' },
  timestamp: { type: 'string', format: 'date-time', 'meta:lakeType': 'timestamp' },
  time: { type: 'string', 'meta:lakeType': 'time' },
  binary: { type: 'string', 'meta:lakeType': 'binary' },
  uuid: { type: 'string', 'meta:lakeType': 'uuid' },
}

/** A side of a range that is absent has no bound; the values of a range are never null. */
function rangeSchema(bound: JsonObject): JsonObject {
  const flag: JsonObject = { type: 'boolean' }
  return {
    type: 'object',
    properties: { lower: bound, upper: bound, lowerInclusive: flag, upperInclusive: flag, isEmpty: flag },
  }
}

/** The schema of a field that holds every value of a shape exactly. */
export function schemaOfShape(shape: TextShape): JsonObject {
  switch (shape.kind) {
    case 'scalar':
      return schemaOfColumnType(shape.type)
    case 'array':
      return { type: 'array', items: schemaOfShape(shape.element) }
    case 'range':
      return rangeSchema(schemaOfShape(shape.bound))
    case 'multirange':
      return { type: 'array', items: rangeSchema(schemaOfShape(shape.bound)) }
    case 'composite':
      return {
        type: 'object',
        properties: Object.fromEntries(shape.fields.map((field) => [field.name, schemaOfShape(field.shape)])),
      }
    case 'hstore':
      return { type: 'object', 'meta:xdmType': 'map', additionalProperties: { type: 'string' } }
    case 'interval':
      return {
        type: 'object',
        properties: {
          months: schemaOfColumnType({ kind: 'int' }),
          days: schemaOfColumnType({ kind: 'int' }),
          microseconds: schemaOfColumnType({ kind: 'long' }),
        },
      }
    case 'vector':
      return { type: 'array', items: schemaOfColumnType({ kind: 'float' }) }
  }
}
