import { expect, test } from 'vitest'
import { lakeFieldDocument } from './lake-field-document.ts'

test('parts of fields are shown as in schemas', () => {
  const field = {
    id: 1,
    name: 'order',
    required: true,
    doc: 'what was bought',
    type: {
      kind: 'struct',
      fields: [
        { id: 2, name: 'price', required: false, type: { kind: 'decimal', precision: 12, scale: 2 } },
        {
          id: 3,
          name: 'tags',
          required: false,
          type: { kind: 'list', elementId: 4, elementRequired: false, element: { kind: 'uuid' } },
        },
        {
          id: 5,
          name: 'counts',
          required: false,
          type: {
            kind: 'map',
            keyId: 6,
            key: { kind: 'string' },
            valueId: 7,
            valueRequired: false,
            value: { kind: 'timestamptz' },
          },
        },
      ],
    },
  } as const
  expect(lakeFieldDocument(field)).toEqual({
    name: 'order',
    type: 'object',
    'meta:xdmType': 'object',
    xdm: {
      type: 'object',
      properties: {
        price: { type: 'number' },
        tags: { type: 'array', items: { type: 'string' } },
        counts: { type: 'object', additionalProperties: { type: 'string', format: 'date-time' } },
      },
    },
    meta: { originalType: 'struct', nullable: false, comment: 'what was bought' },
  })
})

test.each([
  ['boolean', 'boolean', undefined],
  ['int', 'integer', 'int'],
  ['long', 'integer', 'long'],
  ['float', 'double', 'number'],
  ['double', 'double', 'number'],
  ['date', 'string', 'date'],
  ['timestamp', 'string', 'date-time'],
  ['time', 'string', undefined],
  ['string', 'string', undefined],
  ['binary', 'string', undefined],
  ['uuid', 'string', undefined],
] as const)('a field of type %s is a column of type %s', (kind, type, xdmType) => {
  const shown = lakeFieldDocument({ id: 1, name: 'a', required: false, type: { kind } })
  expect([shown['type'], shown['meta:xdmType']]).toEqual([type, xdmType])
  expect(shown['meta']).toEqual({ originalType: kind, nullable: true })
})
