import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { evaluateText, printValue } from './testing/evaluate-text.ts'

const PAGE = readFileSync(join(import.meta.dirname, '../../../docs/mapping.md'), 'utf8')
const [, section = ''] = /## Expressions\n([\s\S]*?)\n## /.exec(PAGE) ?? []
const examples = [...section.matchAll(/^\| `(.+?)` \| `(.*?)` \|/gm)].map(([, text = '', is = '']) => [
  text,
  is,
])

test('the page has examples of the language', () => {
  expect(examples.length).toBeGreaterThan(10)
})

test.each(examples)('%s is %s, as the page says', (text = '', is) => {
  expect(printValue(evaluateText(text.replaceAll('\\|', '|')))).toBe(is)
})
