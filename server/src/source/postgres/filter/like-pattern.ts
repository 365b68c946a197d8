/** A function on texts as a pattern of `like`. */
export interface TextMatch {
  readonly isNegated: boolean
  /** The pattern that matches exactly what the function means, whatever `text` holds. */
  patternOf(text: string): string
}

const startsWith = (text: string): string => `${escaped(text)}%`
const endsWith = (text: string): string => `%${escaped(text)}`
const contains = (text: string): string => `%${escaped(text)}%`

const TEXT_MATCHES: Readonly<Record<string, TextMatch>> = {
  startsWith: { isNegated: false, patternOf: startsWith },
  doesNotStartWith: { isNegated: true, patternOf: startsWith },
  endsWith: { isNegated: false, patternOf: endsWith },
  doesNotEndWith: { isNegated: true, patternOf: endsWith },
  contains: { isNegated: false, patternOf: contains },
  doesNotContain: { isNegated: true, patternOf: contains },
  equals: { isNegated: false, patternOf: escaped },
  notEqualTo: { isNegated: true, patternOf: escaped },
}

export function findTextMatch(name: string): TextMatch | undefined {
  return Object.hasOwn(TEXT_MATCHES, name) ? TEXT_MATCHES[name] : undefined
}

/** PostgreSQL finds the lone backslash at the end of a pattern only when it gets to a row. */
export function endsInEscape(pattern: string): boolean {
  let start = pattern.length
  while (pattern[start - 1] === '\\') start--
  return (pattern.length - start) % 2 === 1
}

function escaped(text: string): string {
  return text.replace(/[\\%_]/g, '\\$&')
}
