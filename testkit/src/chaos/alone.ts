/** What each thing is in the middle of: two faults of one thing come one after the other. */
const busy = new WeakMap<object, Promise<void>>()

/** Runs `work` when nobody else is at `thing`. */
export async function alone(thing: object, work: () => Promise<void>): Promise<void> {
  const before = busy.get(thing) ?? Promise.resolve()
  const mine = before.then(work)
  busy.set(
    thing,
    mine.catch(() => undefined),
  )
  await mine
}
