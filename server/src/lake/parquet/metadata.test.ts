import { parquetMetadata } from 'hyparquet'
import { describe, expect, test } from 'vitest'
import type { LakeField } from '#columns/column-type.ts'
import { decimalByteLength, physicalLayoutOf } from './format.ts'
import { buildFieldTree, columnsOf } from './leaves.ts'
import { encodeFileMetadata } from './metadata.ts'
import { UnsupportedFieldError } from './unsupported-field-error.ts'

const text: LakeField = { id: 2, name: 'text', required: false, type: { kind: 'string' } }

describe('footer', () => {
  test('offsets and sizes above 2^31 and 2^32 are not cut, and lists of more than 14 are', () => {
    const { nodes } = buildFieldTree([text])
    const offsets = Array.from({ length: 20 }, (_, i) => 2 ** 31 - 5 + i * 3_000_000_007)
    const footer = encodeFileMetadata({
      nodes,
      columnCount: 1,
      rowCount: 2 ** 40 + 1,
      keyValues: {},
      rowGroups: offsets.map((offset) => ({
        rowCount: 2 ** 33 + 1,
        offset,
        chunks: [
          {
            path: ['text'],
            layout: physicalLayoutOf({ kind: 'string' }),
            valueCount: 2 ** 33 + 1,
            dictionaryPageOffset: offset,
            dataPageOffset: offset + 100,
            dataPageCount: 1,
            uncompressedBytes: 2 ** 35 + 3,
            compressedBytes: 2 ** 34 + 3,
            statistics: { nullCount: 2 ** 32 + 9 },
          },
        ],
      })),
    })
    const parsed = parquetMetadata(asFile(footer))
    expect(parsed.num_rows).toBe(2n ** 40n + 1n)
    expect(parsed.row_groups.map((group) => Number(group.file_offset))).toEqual(offsets)
    const chunk = parsed.row_groups[19]?.columns[0]?.meta_data
    expect(chunk).toMatchObject({
      dictionary_page_offset: BigInt(offsets[19] as number),
      data_page_offset: BigInt((offsets[19] as number) + 100),
      total_uncompressed_size: 2n ** 35n + 3n,
      total_compressed_size: 2n ** 34n + 3n,
      statistics: { null_count: 2n ** 32n + 9n },
    })
  })
})

function asFile(footer: Uint8Array): ArrayBuffer {
  const length = Buffer.alloc(4)
  length.writeUInt32LE(footer.length)
  return new Uint8Array(Buffer.concat([Buffer.from('PAR1'), footer, length, Buffer.from('PAR1')])).buffer
}

describe('columns', () => {
  const struct = (id: number, name: string, fields: LakeField[]): LakeField => ({
    id,
    name,
    required: false,
    type: { kind: 'struct', fields },
  })

  test('come depth first, with their paths', () => {
    const fields = [
      struct(1, 'a', [struct(3, 'b', [text]), { ...text, id: 4, required: true }]),
      { ...text, id: 5 },
    ]
    expect(columnsOf(fields).map(({ id, path, required }) => [id, path.join('.'), required])).toEqual([
      [2, 'a.b.text', false],
      [4, 'a.text', true],
      [5, 'text', false],
    ])
  })

  test.each<[string, LakeField[], RegExp]>([
    ['structs without fields', [struct(1, 'a', [])], /Struct a has no fields/],
    ['tables without fields', [], /at least one field/],
  ])('%s are refused', (_, fields, message) => {
    expect(() => columnsOf(fields)).toThrow(UnsupportedFieldError)
    expect(() => columnsOf(fields)).toThrow(message)
  })
})

test('decimals take the bytes that Iceberg lists', () => {
  const precisions = [1, 2, 4, 6, 9, 11, 14, 16, 18, 19, 21, 23, 26, 28, 31, 33, 35, 38]
  expect(precisions.map(decimalByteLength)).toEqual([
    1, 1, 2, 3, 4, 5, 6, 7, 8, 9, 9, 10, 11, 12, 13, 14, 15, 16,
  ])
})
