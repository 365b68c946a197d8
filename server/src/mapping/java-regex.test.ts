import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { describe, expect, it, test } from 'vitest'
import { compileJavaRegex, matchesWholly } from './java-regex.ts'
import { createRandom } from './testing/random-expression.ts'
import { randomRegex, randomText } from './testing/random-regex.ts'
import { EvaluationFailure } from './values.ts'

const JAVA_PROGRAM = join(import.meta.dirname, 'testing/JavaRegex.java')
const hasJava = spawnSync('java', ['-version']).status === 0
const javaTitle = hasJava ? 'beside Java' : 'beside Java (SKIPPED: there is no java)'

interface Case {
  readonly regex: string
  readonly text: string
  readonly found: string
}

/** As the Java program writes it. */
function foundHere(regex: string, text: string): string {
  const matches = [...text.matchAll(compileJavaRegex(regex, 'gd'))].map((match) =>
    (match.indices ?? []).map((place) => (place ? place.join('-') : '-1--1')).join(','),
  )
  return [String(matchesWholly(text, regex)), ...matches].join(' ')
}

/** Until Java 18 the boundary of a word was that of Unicode; since then it is that of `\\w`, as it is here. */
function isOfItsVersion(regex: string, text: string): boolean {
  return /\\[bB]/.test(regex) && /\P{ASCII}/u.test(text)
}

/** After matching nothing before a character of two units Java goes on between the two. */
function isSplitInJava(text: string, found: string): boolean {
  return /[\u{10000}-\u{10ffff}]/u.test(text) && /(?<!\d)(\d+)-\1(?!\d)/.test(found)
}

function randomCases(count: number): { cases: Case[]; refused: number } {
  const random = createRandom(20_260_607)
  const cases: Case[] = []
  let refused = 0
  while (cases.length < count) {
    const [regex, text] = [randomRegex(random), randomText(random)]
    if (isOfItsVersion(regex, text)) continue
    try {
      const found = foundHere(regex, text)
      if (isSplitInJava(text, found)) continue
      cases.push({ regex, text, found })
    } catch (error) {
      if (!(error instanceof EvaluationFailure)) throw error
      refused++
    }
  }
  return { cases, refused }
}

describe.skipIf(!hasJava)(javaTitle, () => {
  test('what is not refused finds the same in both languages', { timeout: 60_000 }, () => {
    const { cases, refused } = randomCases(20_000)
    const base64 = (text: string) => Buffer.from(text).toString('base64')
    const input = cases.map(({ regex, text }) => `${base64(regex)} ${base64(text)}\n`).join('')
    const { stdout, status, stderr } = spawnSync('java', [JAVA_PROGRAM], {
      input,
      encoding: 'utf8',
      maxBuffer: 2 ** 28,
    })
    expect(status, stderr).toBe(0)
    const lines = stdout.split('\n')
    const wrong = cases.flatMap((here, index) =>
      lines[index] === here.found ? [] : [{ ...here, java: lines[index] }],
    )
    expect(wrong.slice(0, 10), `${wrong.length} differ`).toEqual([])
    // Else hardly anything would be carried out, and agreement would mean little.
    expect(refused).toBeLessThan(cases.length)
    expect(cases.filter(({ found }) => found.includes(' ')).length).toBeGreaterThan(cases.length / 4)
  })
})

describe('a regular expression of Java', () => {
  it.each([
    ['a$', 'a\n', true],
    ['(?m)^b$', 'a\nb\n', true],
    ['a.b', 'a\u0085b', false],
    ['(?i)é', 'É', false],
    ['(?i)straße', 'STRAßE', true],
    ['(?i)k', '\u212a', false],
    ['[\\S]+', 'a b', true],
    ['\\h', '\u3000', true],
    ['^(a)(b)?$', 'a', true],
    ['(a|b)\\1', 'bb', true],
  ])('%j finds in %j what Java finds: %s', (regex, text, expected) => {
    expect(compileJavaRegex(regex).test(text)).toBe(expected)
  })

  it.each([
    ['(a)?\\1', 'may not have matched'],
    ['(?:(a)|b)*', 'not every round sets'],
    ['(a*)*', 'may match nothing'],
    ['a++', 'Possessive'],
    ['(?>a)', 'Atomic'],
    ['(?iu)a', 'flags'],
    ['a(?i)b', 'flags within'],
    ['[a&&b]', '&&'],
    ['[a[b]]', 'within another'],
    ['\\p{javaLowerCase}', 'javaLowerCase'],
    ['\\p{IsAlphabetic}', 'IsAlphabetic'],
    ['[', 'not closed'],
    ['(', 'not closed'],
    ['a)', 'closes nothing'],
    ['*a', 'repeats nothing'],
    ['\\', 'backslash'],
    ['\\G', '\\G'],
  ])('%j is refused with the reason', (regex, reason) => {
    expect(() => compileJavaRegex(regex)).toThrow(
      expect.objectContaining({ message: expect.stringContaining(reason) }) as Error,
    )
    expect(() => matchesWholly('', regex)).toThrow(expect.any(EvaluationFailure) as Error)
  })
})
