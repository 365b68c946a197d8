import { describe, expect, it } from 'vitest'
import { formatLakeType, type LakeField, type LakeType } from '#columns/column-type.ts'
import {
  evolveLakeFields,
  LakeTypeChangeError,
  LakeTypeUnknownError,
  lakeFieldsOfXdm,
  type XdmNode,
} from './xdm-types.ts'

/** One line a field: id, path, type, `!` when required. */
function outline(fields: readonly LakeField[], above = ''): string[] {
  return fields.flatMap(({ id, name, required, type }) => [
    `${id} ${above}${name} ${formatLakeType(type)}${required ? '!' : ''}`,
    ...parts(type, `${above}${name}.`),
  ])
}

function parts(type: LakeType, above: string): string[] {
  if (type.kind === 'struct') return outline(type.fields, above)
  if (type.kind === 'list') {
    return [
      `${type.elementId} ${above}element ${formatLakeType(type.element)}`,
      ...parts(type.element, `${above}element.`),
    ]
  }
  if (type.kind !== 'map') return []
  const { keyId, key, valueId, value } = type
  return [
    `${keyId} ${above}key ${formatLakeType(key)}`,
    `${valueId} ${above}value ${formatLakeType(value)}`,
    ...parts(value, `${above}value.`),
  ]
}

const SCHEMA: XdmNode = {
  type: 'object',
  required: ['_id', 'person'],
  properties: {
    _id: { type: 'string', 'meta:xdmType': 'string' },
    person: {
      type: 'object',
      required: ['name'],
      properties: {
        name: {
          type: 'object',
          required: ['last'],
          properties: { last: { type: 'string' }, first: { type: 'string' } },
        },
        birthDate: { type: 'string', format: 'date' },
      },
    },
    home: { type: 'object', required: ['city'], properties: { city: { type: 'string' } } },
    emails: {
      type: 'array',
      items: { type: 'object', required: ['address'], properties: { address: { type: 'string' } } },
    },
    identityMap: {
      type: 'object',
      'meta:xdmType': 'map',
      additionalProperties: {
        type: 'array',
        items: { type: 'object', properties: { id: { type: 'string' } } },
      },
    },
    anything: { type: 'object' },
  },
}

describe('lakeFieldsOfXdm', () => {
  it('gives ids level by level and keeps what is required only within what is required', () => {
    expect(outline(lakeFieldsOfXdm(SCHEMA))).toEqual([
      '1 _id string!',
      '2 person struct!',
      '7 person.name struct!',
      '13 person.name.last string!',
      '14 person.name.first string',
      '8 person.birthDate date',
      '3 home struct',
      '9 home.city string',
      '4 emails list',
      '10 emails.element struct',
      '15 emails.element.address string',
      '5 identityMap map',
      '11 identityMap.key string',
      '12 identityMap.value list',
      '16 identityMap.value.element struct',
      '17 identityMap.value.element.id string',
      '6 anything string',
    ])
    expect(lakeFieldsOfXdm(SCHEMA)).toEqual(lakeFieldsOfXdm(structuredClone(SCHEMA)))
  })

  it.each<[XdmNode, string]>([
    [{ type: 'string' }, 'string'],
    [{ type: ['string', 'null'] }, 'string'],
    [{ type: 'string', format: 'uri' }, 'string'],
    [{ type: 'string', format: 'date' }, 'date'],
    [{ type: 'string', format: 'date-time' }, 'timestamptz'],
    [{ type: 'number' }, 'double'],
    [{ type: 'boolean' }, 'boolean'],
    [{ type: 'integer' }, 'int'],
    [{ type: 'integer', 'meta:xdmType': 'byte' }, 'int'],
    [{ type: 'integer', 'meta:xdmType': 'short' }, 'int'],
    [{ type: 'integer', 'meta:xdmType': 'long' }, 'long'],
    [{ type: 'integer', minimum: -2147483648, maximum: 2147483648 }, 'int'],
    [{ type: 'integer', minimum: -9007199254740991, maximum: 9007199254740991 }, 'long'],
    [{ type: 'object', additionalProperties: { type: 'integer' } }, 'map'],
    [{ type: 'object', additionalProperties: true }, 'string'],
    [{ type: 'array' }, 'list'],
    [{ type: 'string', 'meta:lakeType': 'decimal(12,2)' }, 'decimal(12,2)'],
    [{ type: 'string', format: 'date-time', 'meta:lakeType': 'timestamp' }, 'timestamp'],
    [{ type: 'string', 'meta:lakeType': 'uuid' }, 'uuid'],
    [{ type: 'number', 'meta:lakeType': 'float' }, 'float'],
    [{ type: 'number', 'meta:lakeType': 'long' }, 'long'],
  ])('%j is %s', (node, expected) => {
    const [field] = lakeFieldsOfXdm({ type: 'object', properties: { field: node } })
    expect(field && formatLakeType(field.type)).toBe(expected)
  })

  it('refuses a type that does not exist', () => {
    const schema: XdmNode = {
      properties: { a: { properties: { b: { type: 'string', 'meta:lakeType': 'decimal(99,1)' } } } },
    }
    expect(() => lakeFieldsOfXdm(schema)).toThrow(LakeTypeUnknownError)
    expect(() => lakeFieldsOfXdm(schema)).toThrow(/"a\.b".*decimal\(99,1\)/)
  })
})

describe('evolveLakeFields', () => {
  const before: XdmNode = {
    type: 'object',
    required: ['id'],
    properties: {
      id: { type: 'integer' },
      price: { type: 'number', 'meta:lakeType': 'decimal(10,2)' },
      ratio: { type: 'number', 'meta:lakeType': 'float' },
      tags: { type: 'array', items: { type: 'object', properties: { key: { type: 'string' } } } },
      gone: { type: 'string' },
    },
  }
  const current = lakeFieldsOfXdm(before)

  it('keeps ids, widens types and adds optional fields', () => {
    const evolved = evolveLakeFields(current, 7, {
      type: 'object',
      required: ['id', 'price', 'fresh'],
      properties: {
        fresh: { type: 'object', required: ['inner'], properties: { inner: { type: 'boolean' } } },
        tags: {
          type: 'array',
          items: { type: 'object', properties: { value: { type: 'string' }, key: { type: 'string' } } },
        },
        id: { type: 'integer', 'meta:xdmType': 'long' },
        price: { type: 'number', 'meta:lakeType': 'decimal(14,2)' },
        ratio: { type: 'number' },
      },
    })
    expect(outline(evolved.fields)).toEqual([
      '1 id long!',
      '2 price decimal(14,2)',
      '3 ratio double',
      '4 tags list',
      '6 tags.element struct',
      '7 tags.element.key string',
      '10 tags.element.value string',
      '5 gone string',
      '8 fresh struct',
      '9 fresh.inner boolean',
    ])
    expect(evolved.lastId).toBe(10)
    expect(evolved.addedPaths).toEqual(['fresh', 'fresh.inner', 'tags.element.value'])
  })

  it('changes nothing for the same schema', () => {
    expect(evolveLakeFields(current, 7, before)).toEqual({ fields: current, lastId: 7, addedPaths: [] })
  })

  it.each<[XdmNode, string, string, string]>([
    [{ id: { type: 'string' } } as XdmNode, 'id', 'int', 'string'],
    [
      { price: { type: 'number', 'meta:lakeType': 'decimal(12,3)' } } as XdmNode,
      'price',
      'decimal(10,2)',
      'decimal(12,3)',
    ],
    [
      { price: { type: 'number', 'meta:lakeType': 'decimal(9,2)' } } as XdmNode,
      'price',
      'decimal(10,2)',
      'decimal(9,2)',
    ],
    [{ tags: { type: 'string' } } as XdmNode, 'tags', 'list', 'string'],
    [
      { gone: { type: 'object', properties: { a: { type: 'string' } } } } as XdmNode,
      'gone',
      'string',
      'struct',
    ],
    [
      {
        tags: { type: 'array', items: { type: 'object', properties: { key: { type: 'boolean' } } } },
      } as XdmNode,
      'tags.element.key',
      'string',
      'boolean',
    ],
  ])('refuses %j', (properties, path, oldType, newType) => {
    const schema = { type: 'object', properties } as XdmNode
    expect(() => evolveLakeFields(current, 7, schema)).toThrow(LakeTypeChangeError)
    expect(() => evolveLakeFields(current, 7, schema)).toThrow(
      expect.objectContaining({ path, oldType, newType }) as Error,
    )
  })
})
