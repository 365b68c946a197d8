import { expect, test } from 'vitest'
import { formatRelationPath, parseRelationPath, RelationPathError } from './relation-path.ts'

test.each([
  ['public', 'orders', 'public.orders'],
  ['public', 'MyTable', 'public.MyTable'],
  ['public', 'a.b', 'public."a.b"'],
  ['My Schema', 'say "hi"', 'My Schema."say ""hi"""'],
  ['a.b', '.', '"a.b"."."'],
  ['x', ' padded ', 'x." padded "'],
  ['"', '""', '"""".""""""'],
])('%s and %s', (schema, name, path) => {
  expect(formatRelationPath(schema, name)).toBe(path)
  expect(parseRelationPath(path)).toEqual({ schema, name })
})

test('a bare name', () => {
  expect(parseRelationPath('orders')).toEqual({ name: 'orders' })
  expect(parseRelationPath('"a.b"')).toEqual({ name: 'a.b' })
})

test.each(['', '.', 'a.', '.a', 'a.b.c', '"a', 'a"b', '"a"b', '""', 'a..b', 'a.b\0'])(
  '%j is no path',
  (path) => {
    expect(() => parseRelationPath(path)).toThrow(RelationPathError)
  },
)
