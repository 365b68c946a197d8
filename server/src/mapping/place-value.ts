import type { IdentityMark } from './mapping-plan.ts'
import type { PathStep } from './paths.ts'
import { fail, isArray, isMap, textOf, typeNameOf, type Value } from './values.ts'

/**
 * A value with another one put into it at the end of the steps; lists and objects on the way are made. Null takes
 * away what is there and makes nothing.
 */
export function placeValue(into: Value, steps: readonly PathStep[], value: Value): Value {
  const [step, ...rest] = steps
  if (step === undefined) return value
  switch (step.kind) {
    case 'name':
      return placeMember(into, step.name, rest, value)
    case 'index':
      return placeItem(into, step.index, rest, value)
    case 'every':
      return placeEvery(into, rest, value)
  }
}

function placeMember(into: Value, name: string, rest: readonly PathStep[], value: Value): Value {
  const inner = placeValue(isMap(into) ? (into.get(name) ?? null) : null, rest, value)
  if (inner === null && !isMap(into)) return into
  const map = new Map(isMap(into) ? into : [])
  if (inner === null) map.delete(name)
  else map.set(name, inner)
  return map
}

function placeItem(into: Value, index: number, rest: readonly PathStep[], value: Value): Value {
  const items = isArray(into) ? [...into] : []
  const inner = placeValue(items[index] ?? null, rest, value)
  if (inner === null && index >= items.length) return into
  while (items.length < index) items.push(null)
  items[index] = inner
  return items
}

/** Item goes to item; an object is made for every one, also for those that have nothing to put into it. */
function placeEvery(into: Value, rest: readonly PathStep[], value: Value): Value {
  if (value === null) return into
  if (!isArray(value)) return fail(`${typeNameOf(value)} has no items to fill [*] with`)
  const items = isArray(into) ? [...into] : []
  for (const [index, item] of value.entries()) {
    const before = items[index] ?? (rest[0]?.kind === 'name' ? new Map() : null)
    items[index] = placeValue(before, rest, item)
  }
  return items
}

/** A map of identities with one more, unless the value is missing; one that is there already becomes primary if asked. */
export function placeIdentity(into: Value, { namespace, isPrimary }: IdentityMark, value: Value): Value {
  if (value === null || value === '') return into
  const id = textOf(value)
  const map = new Map(isMap(into) ? into : [])
  const known = map.get(namespace) ?? null
  const items = isArray(known) ? known : []
  const isSame = (item: Value) => isMap(item) && item.get('id') === id
  const identity = new Map<string, Value>([
    ['id', id],
    ['primary', isPrimary],
  ])
  if (!items.some(isSame)) map.set(namespace, [...items, identity])
  else if (isPrimary)
    map.set(
      namespace,
      items.map((item) => (isSame(item) ? placeValue(item, PRIMARY, true) : item)),
    )
  return map
}

const PRIMARY: readonly PathStep[] = [{ kind: 'name', name: 'primary' }]
