import { expect, test } from 'vitest'
import { isPostgresUrl, placeOfUrl } from './parse-url.ts'

test('a URL fills every field', () => {
  expect(
    placeOfUrl(' postgresql://read%40er:p%2Fw@db.example.com:6432/my%20shop?sslmode=verify-full '),
  ).toEqual({
    server: 'db.example.com',
    port: '6432',
    database: 'my shop',
    username: 'read@er',
    password: 'p/w',
    sslMode: 'Verify-Full',
  })
})

test('what a URL leaves out is what PostgreSQL takes', () => {
  expect(placeOfUrl('postgres://[::1]/shop')).toMatchObject({
    server: '::1',
    port: '5432',
    sslMode: 'Prefer',
  })
})

test.each(['', 'db.example.com', 'https://db.example.com/shop', 'postgres:///shop', 'mysql://a@b/c'])(
  '%j is none',
  (text) => expect(placeOfUrl(text)).toBeUndefined(),
)

test('a percent sign that stands for itself stays', () => {
  expect(placeOfUrl('postgres://u:p%zz@h/db')?.password).toBe('p%zz')
})

test.each(['postgres://u:p#x@h/db', 'postgres://u:p@h1:5432,h2:5433/db', 'postgresql:///db?host=/tmp'])(
  '%s is meant as one, and cannot be read',
  (text) => expect([isPostgresUrl(text), placeOfUrl(text)]).toEqual([true, undefined]),
)
