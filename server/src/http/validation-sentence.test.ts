import { expect, test } from 'vitest'
import { validationSentence } from './validation-sentence.ts'
import { validatorFor } from './validators.ts'

const check = validatorFor('querystring').compile({
  type: 'object',
  required: ['kind'],
  properties: {
    kind: { type: 'string', enum: ['a', 'b'] },
    limit: { type: 'integer', minimum: 1, maximum: 9 },
    deep: { type: 'boolean' },
  },
})

test.each([
  [{ kind: 'a', limit: 'abc' }, 'The parameter limit must be a whole number, not "abc".'],
  [{ kind: 'a', limit: '0' }, 'The parameter limit must be 1 or more, not 0.'],
  [{ kind: 'a', limit: '10' }, 'The parameter limit must be 9 or less, not 10.'],
  [{ kind: 'a', limit: ['1', '2'] }, 'The parameter limit comes 2 times. Send it once.'],
  [{ kind: 'c' }, 'The parameter kind must be one of a, b, not "c".'],
  [{ kind: 'a', deep: 'x' }, 'The parameter deep must be true or false, not "x".'],
  [{}, 'The parameter kind is missing. Send it.'],
])('%j is told in a sentence', (query, sentence) => {
  expect(check(query)).toBe(false)
  // biome-ignore lint/suspicious/noExplicitAny: Fastify has a narrower type for the same object
  expect(validationSentence((check.errors ?? []) as any).message).toBe(sentence)
})
