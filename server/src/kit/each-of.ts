/** Calls `work` for every item, so many at a time. Rejects with the first failure; other items may still be at work. */
export async function eachOf<Item>(
  items: Iterable<Item>,
  { atOnce }: { readonly atOnce: number },
  work: (item: Item) => Promise<void>,
): Promise<void> {
  const queue = Iterator.from(items)
  const lane = async (): Promise<void> => {
    for (const item of queue) await work(item)
  }
  await Promise.all(Array.from({ length: atOnce }, lane))
}
