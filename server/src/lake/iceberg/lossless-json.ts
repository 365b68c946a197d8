/**
 * Parses JSON whose whole numbers may be larger than a double can hold, such as the snapshot ids of other writers:
 * those become BigInt, all others numbers.
 */
export function parseLosslessJson(text: string): unknown {
  return JSON.parse(text, reviveInteger)
}

/** The inverse: BigInt becomes a whole number. */
export function formatLosslessJson(value: unknown, space?: number | undefined): string {
  return JSON.stringify(
    value,
    (_key, part: unknown) => (typeof part === 'bigint' ? rawJson(String(part)) : part),
    space,
  )
}

function reviveInteger(_key: string, value: unknown, context?: { readonly source?: string }): unknown {
  if (typeof value === 'number' && !Number.isSafeInteger(value)) {
    const source = context?.source
    return source !== undefined && /^-?\d+$/.test(source) ? BigInt(source) : value
  }
  return value
}

/** Part of JavaScript since ES2025 and of Node.js 24, but not yet of the library types in use. */
const { rawJSON: rawJson } = JSON as unknown as { rawJSON(text: string): unknown }
