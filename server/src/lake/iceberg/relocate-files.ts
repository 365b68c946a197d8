import { eachOf } from '#kit/each-of.ts'
import { type LakeStorage, ObjectExistsError, type StoredObject } from '#lake/storage/lake-storage.ts'
import {
  isManifestList,
  type Move,
  rebaseManifest,
  rebaseManifestList,
  rebaseMetadata,
} from './rebase-file.ts'

export interface RelocateOptions {
  readonly from: LakeStorage
  readonly to: LakeStorage
  /** The root by which tables name their files; that of `from` when absent. */
  readonly oldRoot?: string | undefined
  readonly signal?: AbortSignal | undefined
}

export interface Relocated {
  readonly files: number
  readonly bytes: number
  /** Of these, files that name others and were written anew. */
  readonly rewritten: number
}

const CONCURRENT = { atOnce: 8 }

/**
 * Copies a lake to another place under the same keys. Files that name others by address name them by the new one;
 * everything else is copied byte for byte. What is there already, from an attempt that was interrupted, is not copied
 * again. Files that go meanwhile are left out.
 */
export async function relocateFiles(options: RelocateOptions): Promise<Relocated> {
  const { from, to, signal } = options
  const move = { from: options.oldRoot ?? rootOf(from), to: rootOf(to) }
  const objects = await Array.fromAsync(from.list('', { signal }))
  const there = new Map<string, number>()
  for await (const { key, sizeBytes } of to.list('', { signal })) there.set(key, sizeBytes)
  const tasks = { from, to, move, there, signal }
  const kinds = await sortOut(from, objects)
  const rewritten = await rewriteAll(tasks, kinds)
  await eachOf(kinds.plain, CONCURRENT, (object) => copyPlain(tasks, object))
  return {
    files: objects.length,
    bytes: objects.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
    rewritten,
  }
}

/** The address of a storage, with a slash at its end. */
export function rootOf(storage: LakeStorage): string {
  return storage.uri('x').slice(0, -1)
}

interface Kinds {
  readonly manifests: readonly StoredObject[]
  readonly lists: readonly StoredObject[]
  readonly metadata: readonly StoredObject[]
  readonly hints: readonly StoredObject[]
  readonly plain: readonly StoredObject[]
}

async function sortOut(from: LakeStorage, objects: readonly StoredObject[]): Promise<Kinds> {
  const kinds = { manifests: [], lists: [], metadata: [], hints: [], plain: [] } as {
    [Kind in keyof Kinds]: StoredObject[]
  }
  await eachOf(objects, CONCURRENT, async (object) => {
    const { key } = object
    if (!/\/metadata\/[^/]+$/.test(key)) kinds.plain.push(object)
    else if (key.endsWith('.metadata.json')) kinds.metadata.push(object)
    else if (key.endsWith('/version-hint.text')) kinds.hints.push(object)
    else if (!key.endsWith('.avro')) kinds.plain.push(object)
    else (isManifestList(await from.get(key)) ? kinds.lists : kinds.manifests).push(object)
  })
  return kinds
}

interface Tasks {
  readonly from: LakeStorage
  readonly to: LakeStorage
  readonly move: Move
  /** Sizes by key of what is at the new place. */
  readonly there: Map<string, number>
  readonly signal: AbortSignal | undefined
}

/** Manifests before the lists that tell their lengths; what names others is there only when those are. */
async function rewriteAll(tasks: Tasks, { manifests, lists, metadata, hints }: Kinds): Promise<number> {
  const { from, to, move, there } = tasks
  const lengthOf = async (address: string): Promise<number> => {
    const key = to.keyOf(address)
    return there.get(key) ?? (await to.stat(key))?.sizeBytes ?? 0
  }
  await eachOf(manifests, CONCURRENT, ({ key }) =>
    rewrite(tasks, key, async (bytes) => rebaseManifest(bytes, move)),
  )
  await eachOf(lists, CONCURRENT, ({ key }) =>
    rewrite(tasks, key, (bytes) => rebaseManifestList(bytes, move, lengthOf)),
  )
  await eachOf(metadata, CONCURRENT, ({ key }) =>
    rewrite(tasks, key, async (bytes) => rebaseMetadata(bytes, move)),
  )
  await eachOf(hints, CONCURRENT, async ({ key }) => to.replace(key, await from.get(key)))
  return manifests.length + lists.length + metadata.length
}

async function rewrite(
  { from, to, there, signal }: Tasks,
  key: string,
  change: (bytes: Uint8Array) => Promise<Uint8Array>,
): Promise<void> {
  if (there.has(key)) return
  const bytes = await change(await from.get(key, { signal }))
  await to.put(key, bytes, { signal })
  there.set(key, bytes.length)
}

async function copyPlain(
  { from, to, there, signal }: Tasks,
  { key, sizeBytes }: StoredObject,
): Promise<void> {
  if (there.get(key) === sizeBytes) return
  try {
    await to.putStream(key, await from.openRead(key, undefined, { signal }), { signal })
  } catch (error) {
    // Of another size than the one that is to be copied: nothing is ever replaced.
    if (error instanceof ObjectExistsError) throw error
    if ((await from.stat(key)) !== undefined) throw error
  }
}
