import { expect, test } from 'vitest'
import { compareShapes } from './compare-shapes.ts'
import type { ShapeColumn, SourceShape } from './source-shape.ts'

function column(number: number, name: string, more: Partial<ShapeColumn> = {}): ShapeColumn {
  return { name, number, typeName: 'text', lakeType: 'string', isNullable: true, isReadable: true, ...more }
}

function shape(columns: readonly ShapeColumn[], more: Partial<SourceShape> = {}): SourceShape {
  const base = {
    path: 'public.t',
    kind: 'table',
    oid: 1,
    primaryKey: [],
    children: [],
    childCount: 0,
  } as const
  return { ...base, columns, isRowFiltered: false, ...more }
}

const codes = (before: SourceShape, after: SourceShape): string[] =>
  compareShapes(before, after).map(({ code }) => code)

test('nothing differs from itself, after a way through JSON as well', () => {
  const parts = { kind: 'array', element: { kind: 'scalar', type: { kind: 'int' } }, delimiter: ',' } as const
  const enumLabels = [{ number: 7, label: 'a' }]
  const all = shape([column(1, 'a', { parts, enumLabels, domainRules: ['CHECK (x)'], defaultSql: '1' })])
  expect(compareShapes(JSON.parse(JSON.stringify(all)), all)).toEqual([])
})

test('within a relation a column is its number, between relations its name', () => {
  const [before, after] = [
    [column(1, 'a'), column(2, 'b')],
    [column(1, 'b'), column(2, 'a')],
  ]
  expect(codes(shape(before), shape(after))).toEqual([
    'DRIFT_COLUMN_RENAMED',
    'DRIFT_COLUMN_RENAMED',
    'DRIFT_COLUMNS_REORDERED',
  ])
  expect(codes(shape(before), shape(after, { oid: 2 }))).toEqual([
    'DRIFT_RELATION_RECREATED',
    'DRIFT_COLUMNS_REORDERED',
  ])
})

test('a name that is there again after its column went is that column, unless the column was renamed', () => {
  expect(codes(shape([column(1, 'a')]), shape([column(2, 'a')]))).toEqual(['DRIFT_COLUMN_REPLACED'])
  const swapped = shape([column(1, 'old'), column(2, 'a')])
  expect(codes(shape([column(1, 'a')]), swapped)).toEqual(['DRIFT_COLUMN_RENAMED', 'DRIFT_COLUMN_ADDED'])
})

test('the key goes along with a column that has another name', () => {
  const before = shape([column(1, 'a')], { primaryKey: ['a'] })
  expect(codes(before, shape([column(1, 'b')], { primaryKey: ['b'] }))).toEqual(['DRIFT_COLUMN_RENAMED'])
  expect(compareShapes(before, shape([column(1, 'a')]))).toMatchObject([
    { code: 'DRIFT_KEY_CHANGED', message: 'The primary key of public.t was (a) and is none now.' },
  ])
})

test('of more partitions than are remembered only their number is compared', () => {
  const children = Array.from({ length: 1000 }, (_, n) => `public.p${n}`)
  const before = shape([], { children, childCount: 1500 })
  expect(codes(before, shape([], { children: children.toReversed(), childCount: 1500 }))).toEqual([])
  expect(codes(before, shape([], { children, childCount: 1501 }))).toEqual(['DRIFT_PARTITION_ATTACHED'])
  expect(codes(before, shape([], { children: [], childCount: 0 }))).toEqual(['DRIFT_PARTITION_DETACHED'])
})

test('a label keeps its number when it is renamed; an enum that was made again has new ones', () => {
  const labels = (...list: [number, string][]) =>
    shape([column(1, 'a', { enumLabels: list.map(([number, label]) => ({ number, label })) })])
  const before = labels([1, 'x'], [2, 'y'])
  expect(codes(before, labels([1, 'x'], [2, 'z']))).toEqual(['DRIFT_ENUM_VALUE_RENAMED'])
  expect(codes(before, labels([1, 'x'], [3, 'w'], [2, 'y']))).toEqual(['DRIFT_ENUM_VALUE_ADDED'])
  expect(codes(before, labels([11, 'x'], [12, 'y']))).toEqual([])
  expect(codes(before, labels([11, 'x'], [12, 'z']))).toEqual([
    'DRIFT_ENUM_VALUE_ADDED',
    'DRIFT_ENUM_VALUE_REMOVED',
  ])
})
