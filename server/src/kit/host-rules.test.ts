import { expect, test } from 'vitest'
import { parseHostRules } from './host-rules.ts'

test('names are listed one by one, or by what they stand below', () => {
  const rules = parseHostRules('hooks.example.com, *.Acme.test,localhost')
  const allowed = ['hooks.example.com', 'HOOKS.example.com.', 'a.acme.test', 'a.b.acme.test', 'localhost']
  expect(allowed.filter((name) => !rules.allowsName(name))).toEqual([])
  const refused = [
    'example.com',
    'x.hooks.example.com',
    'acme.test',
    'badacme.test',
    'acme.test.evil.test',
    '',
  ]
  expect(refused.filter((name) => rules.allowsName(name))).toEqual([])
  expect(rules.hasRanges).toBe(false)
  expect(rules.allowsAddress('127.0.0.1')).toBe(false)
})

test('addresses and ranges are listed by number, in whatever spelling an address arrives', () => {
  const rules = parseHostRules('10.1.0.0/16, 192.0.2.7, [2001:db8::1], fd00::/8')
  expect(rules.hasRanges).toBe(true)
  const allowed = [
    '10.1.255.255',
    '192.0.2.7',
    '::ffff:10.1.0.1',
    '::ffff:a01:1',
    '2001:db8:0::1',
    'fd12::9%eth0',
  ]
  expect(allowed.filter((address) => !rules.allowsAddress(address))).toEqual([])
  const refused = ['10.2.0.1', '192.0.2.8', '2001:db8::2', 'fe80::1', 'localhost', '']
  expect(refused.filter((address) => rules.allowsAddress(address))).toEqual([])
})

test('public is what the internet routes, however an inner address is dressed up', () => {
  const rules = parseHostRules('public')
  const allowed = ['8.8.8.8', '172.32.0.1', '100.128.0.1', '2606:4700::1111', '::ffff:8.8.8.8']
  expect(allowed.filter((address) => !rules.allowsAddress(address))).toEqual([])
  const refused = [
    '0.0.0.0',
    '10.0.0.1',
    '100.64.0.1',
    '127.0.0.1',
    '169.254.169.254',
    '172.31.255.255',
    '192.168.1.1',
    '224.0.0.1',
    '255.255.255.255',
    '::',
    '::1',
    '::ffff:127.0.0.1',
    '::ffff:a9fe:a9fe',
    '64:ff9b::7f00:1',
    '2002:7f00:1::',
    'fc00::1',
    'fe80::1%lo',
    'ff02::1',
  ]
  expect(refused.filter((address) => rules.allowsAddress(address))).toEqual([])
})

test.each([
  '',
  'a b',
  'exa$mple',
  '*',
  '*.*.com',
  'http://x',
  'x:8080',
  '10.0.0.0/33',
  '300.1.1.1',
  '1.2.3',
  '::/129',
])('the entry "%s" is refused', (entry) => {
  expect(() => parseHostRules(`good.test,${entry}`)).toThrow(new RangeError(entry))
})
