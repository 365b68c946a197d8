import { expect, test } from 'vitest'
import { parseAccept, readDescriptorListAccept, readListAccept, readLookupAccept } from './accept.ts'
import { parseFilter } from './property-filter.ts'

test.each([
  ['application/vnd.adobe.xed-full+json; version=1', 'xed', 'full', '1'],
  ['application/vnd.adobe.xed-full-notext+json;version=1.0', 'xed', 'full-notext', '1.0'],
  ['application/vnd.adobe.xdm+json ; version = 1', 'xdm', '', '1'],
  ['application/vnd.adobe.xed-id+json', 'xed', 'id', undefined],
  ['text/html, application/vnd.adobe.xdm-v2-link+json', 'xdm', 'v2-link', undefined],
])('%s is read', (header, names, form, version) => {
  expect(parseAccept(header)).toEqual({ names, form, version })
})

test.each([undefined, '*/*', 'application/json', 'application/vnd.adobe.xyz+json'])(
  '%s is no format',
  (header) => {
    expect(parseAccept(header)).toBeUndefined()
    expect(() => readListAccept(header)).toThrow(header === undefined ? 'is required' : header)
  },
)

test('lists have no version, lookups have one, descriptors have no xed form', () => {
  expect(() => readListAccept('application/vnd.adobe.xed+json;version=1')).toThrow(
    'The supplied Accept header is not valid: application/vnd.adobe.xed+json;version=1',
  )
  expect(() => readLookupAccept('application/vnd.adobe.xed+json')).toThrow('version=1')
  expect(() => readDescriptorListAccept('application/vnd.adobe.xed-id+json')).toThrow('xdm-id+json')
  expect(readDescriptorListAccept('application/vnd.adobe.xdm-v2+json')).toBe('v2')
})

const document = { title: 'Loyalty, gold test', 'meta:extends': ['a', 'b'], size: 12 }

test.each([
  [['title~test$'], true],
  [['title~^test'], false],
  [['meta:extends==b'], true],
  [['meta:extends!=b'], false],
  [['meta:extends!=c'], true],
  [['missing'], false],
  [['missing!=x'], true],
  [['title'], true],
  [['size>2'], true],
  [['size<=11'], false],
  [['size>=12'], true],
  [['title==Loyalty, gold test'], true],
  [['meta:extends==a,size==12'], true],
  [['meta:extends==a,size==13'], false],
  [['title~test$', 'size>20'], false],
])('the filter %o', (properties, expected) => {
  expect(parseFilter(properties)(document)).toBe(expected)
})

test('a pattern that is none is the client’s mistake', () => {
  expect(() => parseFilter(['title~('])).toThrow('no regular expression')
})
