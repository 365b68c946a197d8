/** Where in a run something is broken. `anywhere` is a random moment. */
export const PLACES = Object.freeze([
  'anywhere',
  'snapshot',
  'copy',
  'part',
  'manifest',
  'metadata',
  'hint',
] as const)

export type Place = (typeof PLACES)[number]

/** Lets somebody wait until runs come to a place, as proxy and object store see them. */
export class PlaceBells {
  readonly #waiting = new Map<Place, Set<() => void>>()

  ring(place: Place): void {
    const waiting = this.#waiting.get(place)
    this.#waiting.delete(place)
    for (const tell of waiting ?? []) tell()
  }

  /** True when somebody came to the place in time. */
  async reached(place: Place, patienceMs: number): Promise<boolean> {
    const { promise, resolve } = Promise.withResolvers<boolean>()
    const waiting = this.#waiting.get(place) ?? new Set()
    this.#waiting.set(
      place,
      waiting.add(() => resolve(true)),
    )
    const timer = setTimeout(() => resolve(false), patienceMs)
    try {
      return await promise
    } finally {
      clearTimeout(timer)
    }
  }
}

/** The place of a write to the lake. */
export function placeOfWrite(key: string): Place | undefined {
  if (key.includes('/data/')) return 'part'
  if (key.endsWith('version-hint.text')) return 'hint'
  if (key.endsWith('.avro')) return 'manifest'
  return /\/\d+-[^/]*\.metadata\.json$/.test(key) ? 'metadata' : undefined
}
