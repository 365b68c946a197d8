import type { FindNamespace } from '#http/neighbours.ts'
import type { Scope } from '#http/scope.ts'
import type { Database, Tx } from '#store/database.ts'
import { transact } from '#store/database.ts'
import { DescriptorReader } from './descriptor-reader.ts'
import type { GlobalLibrary } from './global-library.ts'
import { ResourceReader } from './resource-reader.ts'
import { lockRegistry } from './resource-store.ts'

/** What the operations of the registry use. */
export interface Registry {
  readonly db: Database
  readonly library: GlobalLibrary
  readonly now: () => number
  readonly findNamespace: FindNamespace
  /** Whether datasets are made with the schema; such a schema is not deleted. */
  readonly hasDatasets?: ((scope: Scope, schemaId: string) => Promise<boolean>) | undefined
}

/** Readers over one database or transaction. */
export interface Readers {
  readonly resources: ResourceReader
  readonly descriptors: DescriptorReader
}

export function readersOf(registry: Registry, db: Database = registry.db): Readers {
  return { resources: new ResourceReader(db, registry.library), descriptors: new DescriptorReader(db) }
}

/** Runs a change of a sandbox's registry alone and in one transaction. */
export function changeRegistry<T>(
  registry: Registry,
  scope: Scope,
  change: (tx: Tx, readers: Readers) => Promise<T>,
): Promise<T> {
  return transact(registry.db, async (tx) => {
    await lockRegistry(tx, scope)
    return change(tx, readersOf(registry, tx))
  })
}
