import { expect, test } from 'vitest'
import { flatten } from './flatten.ts'

test('fields of structs become columns, at any depth', () => {
  const type = 'STRUCT("order" STRUCT(id BIGINT, "net, total" DECIMAL(12,2)), tags VARCHAR[])'
  const result = flatten({
    columns: [
      { name: '_acme', type },
      { name: '_id', type: 'VARCHAR' },
    ],
    rows: [
      [{ order: { id: '7', 'net, total': '1.50' }, tags: ['a'] }, 'x'],
      [{ order: null, tags: null }, 'y'],
      [null, 'z'],
    ],
    truncated: false,
  })
  expect(result.columns).toEqual([
    { path: ['_acme', 'order', 'id'], type: 'BIGINT' },
    { path: ['_acme', 'order', 'net, total'], type: 'DECIMAL(12,2)' },
    { path: ['_acme', 'tags'], type: 'VARCHAR[]' },
    { path: ['_id'], type: 'VARCHAR' },
  ])
  expect(result.rows).toEqual([
    ['7', '1.50', ['a'], 'x'],
    [null, null, null, 'y'],
    [null, null, null, 'z'],
  ])
})

test('lists of structs, maps and a zero stay as they are', () => {
  const columns = [
    { name: 'list', type: 'STRUCT(a BIGINT)[]' },
    { name: 'map', type: 'MAP(VARCHAR, STRUCT(a BIGINT))' },
    { name: 'n', type: 'STRUCT(zero INTEGER, "no" BOOLEAN, "quo""te" VARCHAR)' },
  ]
  const result = flatten({
    columns,
    rows: [[[{ a: '1' }], { k: { a: '1' } }, { zero: 0, no: false, 'quo"te': '' }]],
    truncated: false,
  })
  expect(result.columns.map(({ path }) => path.join('.'))).toEqual([
    'list',
    'map',
    'n.zero',
    'n.no',
    'n.quo"te',
  ])
  expect(result.rows).toEqual([[[{ a: '1' }], { k: { a: '1' } }, 0, false, '']])
})
