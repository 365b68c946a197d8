// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the mapping language writes references as ${name}
import { describe, expect, it } from 'vitest'
import type { LakeField } from '#columns/column-type.ts'
import type { MappingEntry } from './mapping-plan.ts'
import { previewMapping } from './preview-mapping.ts'
import { TEST_NOW_MS } from './testing/evaluate-text.ts'

const FIELDS: readonly LakeField[] = [
  {
    id: 1,
    name: 'person',
    required: false,
    type: {
      kind: 'struct',
      fields: [
        { id: 2, name: 'name', required: false, type: { kind: 'string' } },
        { id: 3, name: 'born', required: false, type: { kind: 'date' } },
        { id: 4, name: 'age', required: false, type: { kind: 'int' } },
      ],
    },
  },
]

function preview(
  record: unknown,
  ...entries: readonly (readonly [MappingEntry['sourceType'], string, string])[]
) {
  return previewMapping({
    entries: entries.map(([sourceType, source, destination]) => ({ sourceType, source, destination })),
    record: JSON.stringify(record),
    fields: FIELDS,
    nowMs: TEST_NOW_MS,
  })
}

describe('previewMapping', () => {
  it('maps a record as a run would', () => {
    const { data, errors } = preview(
      { n: { first: 'Ada', 'last.name': 'Lovelace' }, born: '10.12.1815', age: 36 },
      ['EXPRESSION', 'concat(n.first, " ", ${n.last\\.name})', 'person.name'],
      ['ATTRIBUTE', 'born', 'person.born'],
      ['ATTRIBUTE', 'missing.at.all', 'person.age'],
    )
    expect(errors).toEqual([])
    expect(data).toEqual({ person: { name: 'Ada Lovelace', born: '1815-12-10' } })
  })

  it('fills what it can and tells of the rest', () => {
    const { data, errors } = preview(
      { age: 'old', name: 1234 },
      ['ATTRIBUTE', 'name', 'person.name'],
      ['ATTRIBUTE', 'age', 'person.age'],
      ['EXPRESSION', '1 / 0', 'person.born'],
      ['EXPRESSION', 'nope()', 'person.born'],
      ['STATIC', 'x', 'nowhere'],
    )
    expect(data).toEqual({ person: { name: '1234' } })
    expect(errors.map(({ entry, message }) => `${entry?.source}: ${message}`)).toEqual([
      expect.stringMatching(/^age: .*INTEGER, actual data type was: STRING\. /),
      expect.stringMatching(/^1 \/ 0: .*Division by zero\. /),
      'nope(): The destination "person.born" is written by another mapping already',
      'x: The schema has no field "nowhere"',
    ])
  })

  it('copies an object and lets a specific mapping win in either order', () => {
    const record = { p: { name: 'copied', born: '10.12.1815', height: 170 }, own: 'own' }
    const copy = ['ATTRIBUTE', 'p', 'person'] as const
    const specific = ['ATTRIBUTE', 'own', 'person.name'] as const
    const expected = { person: { name: 'own', born: '1815-12-10' } }
    expect(preview(record, copy, specific).data).toEqual(expected)
    expect(preview(record, specific, copy).data).toEqual(expected)
  })
})
