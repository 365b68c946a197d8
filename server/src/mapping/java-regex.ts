import { translateJavaRegex } from './translate-java-regex.ts'
import { fail } from './values.ts'

const expressions = new Map<string, RegExp>()
const MAX_KNOWN_EXPRESSIONS = 500

/**
 * The JavaScript twin of a regular expression written for Java, with the Unicode flag. What has no twin that finds
 * the same in every text (possessive quantifiers, atomic groups, intersections of classes …) fails and is never
 * read as something else.
 */
export function compileJavaRegex(source: string, extraFlags = ''): RegExp {
  return remember(`${extraFlags}/${source}`, () => build(translateJavaRegex(source), `u${extraFlags}`))
}

/** True when all of the text fits the expression, as Java's `matches` has it. */
export function matchesWholly(text: string, source: string): boolean {
  const expression = remember(`=${source}`, () => build(`^(?:${translateJavaRegex(source)})$`, 'u'))
  return expression.test(text)
}

function remember(key: string, make: () => RegExp): RegExp {
  const known = expressions.get(key)
  if (known) return known
  const expression = make()
  if (expressions.size < MAX_KNOWN_EXPRESSIONS) expressions.set(key, expression)
  return expression
}

function build(source: string, flags: string): RegExp {
  try {
    return new RegExp(source, flags)
  } catch {
    return fail('The regular expression is not valid')
  }
}
