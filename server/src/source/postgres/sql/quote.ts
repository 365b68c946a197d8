/** The one place where text becomes part of a statement. Everything else travels as a parameter. */

/** `"Sales ""2024"""`: always quoted, so that case, dots and keywords keep their meaning. */
export function quoteIdentifier(name: string): string {
  assertNoNul(name)
  return `"${name.replaceAll('"', '""')}"`
}

/** `"public"."orders"`. */
export function quoteQualified(schema: string, name: string): string {
  return `${quoteIdentifier(schema)}.${quoteIdentifier(name)}`
}

/**
 * A string literal that reads the same under either setting of `standard_conforming_strings`: a text with a
 * backslash takes the escape form, where the setting has no say. For COPY, which takes no parameters.
 */
export function quoteLiteral(text: string): string {
  assertNoNul(text)
  const doubled = text.replaceAll("'", "''")
  return text.includes('\\') ? ` E'${doubled.replaceAll('\\', '\\\\')}'` : `'${doubled}'`
}

/** PostgreSQL has no NUL in text, and a statement would end at it. */
function assertNoNul(text: string): void {
  if (text.includes('\0'))
    throw new RangeError('A name or value for PostgreSQL must not contain a NUL character.')
}
