/** A record as its values by path: `_acme.city` → `Paris`. Lists stay whole. */
export function flatten(record: object, above = ''): ReadonlyMap<string, unknown> {
  const found = new Map<string, unknown>()
  for (const [name, value] of Object.entries(record)) {
    const path = above + name
    if (typeof value === 'object' && value !== null && !Array.isArray(value))
      for (const [inner, it] of flatten(value, `${path}.`)) found.set(inner, it)
    else found.set(path, value)
  }
  return found
}

const LONGEST = 120

/** A value in a cell: what is long is cut, since the whole is in the lake. */
export function shown(value: unknown): string {
  if (value === undefined || value === null) return '–'
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text
}
