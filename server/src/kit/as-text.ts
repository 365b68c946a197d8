/**
 * Any value of JSON as text: texts as they are, everything else as JSON. What a client sends must not meet `String`,
 * `Number` or a template: they call the `toString` that an object brings along, and fail when it is none.
 */
export function asText(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? String(value))
}
