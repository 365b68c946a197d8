import fc from 'fast-check'

/** A body with one thing wrong, and what that is. */
export interface BrokenBody {
  readonly body: unknown
  readonly how: string
  /** The body without what was made wrong. */
  readonly without: unknown
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/**
 * The body with a member of some depth left out, or replaced by a value of another kind. It may still be valid:
 * whoever uses it asks the schema.
 */
export function arbitraryBreak(body: fc.Arbitrary<unknown>): fc.Arbitrary<BrokenBody> {
  return fc.tuple(body, fc.nat(), fc.constantFrom(...CHANGES)).map(([value, seed, change]) => {
    const places = placesOf(value)
    const place = places[seed % Math.max(places.length, 1)]
    if (place === undefined) return { body: value, how: 'nothing', without: value }
    const without = asSent(changeAt(value, place, { how: 'without', to: undefined }))
    return { body: asSent(changeAt(value, place, change)), without, how: `${change.how} /${place.join('/')}` }
  })
}

/** As it travels: what is undefined is gone. */
function asSent(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value)) as unknown
}

interface Change {
  readonly how: string
  readonly to: unknown
}

/** What is put in the place of a value; `undefined` leaves it out. */
const CHANGES: readonly Change[] = [
  { how: 'without', to: undefined },
  { how: 'a number in', to: -17.5 },
  { how: 'a text in', to: 'not what was meant' },
  { how: 'an empty text in', to: '' },
  { how: 'a boolean in', to: true },
  { how: 'an array in', to: [[]] },
  { how: 'an object in', to: { unexpected: { deep: 1 } } },
]

type Place = readonly (string | number)[]

function placesOf(value: unknown, at: Place = []): Place[] {
  const members: [string | number, unknown][] = Array.isArray(value)
    ? [...value.entries()]
    : isObject(value)
      ? Object.entries(value)
      : []
  return members.flatMap(([key, member]) => [[...at, key], ...placesOf(member, [...at, key])])
}

function changeAt(value: unknown, [step, ...rest]: Place, change: Change): unknown {
  if (step === undefined) return change.to
  if (Array.isArray(value)) {
    const items = value.map((item, index) => (index === step ? changeAt(item, rest, change) : item))
    return items.filter((item) => item !== undefined)
  }
  if (!isObject(value)) return value
  return { ...value, [step]: changeAt(value[String(step)], rest, change) }
}
