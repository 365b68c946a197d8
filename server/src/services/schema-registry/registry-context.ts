import type { FindNamespace } from '#http/neighbours.ts'
import type { Scope } from '#http/scope.ts'
import type { Database, Tx } from '#store/database.ts'
import { transact } from '#store/database.ts'
import { DescriptorReader } from './descriptor-reader.ts'
import type { GlobalLibrary } from './global-library.ts'
import { ResourceReader } from './resource-reader.ts'
import { lockRegistry } from './resource-store.ts'

/** A dataset that is made with a schema. */
export interface SchemaUser {
  readonly id: string
  readonly name: string
  /** A batch was ever completed with success. */
  readonly hasData: boolean
}

/** What the operations of the registry use. */
export interface Registry {
  readonly db: Database
  readonly library: GlobalLibrary
  readonly now: () => number
  readonly findNamespace: FindNamespace
  /** The datasets that are made with a schema, as the given transaction sees them. */
  readonly findDatasets: (db: Database, scope: Scope, schemaId: string) => Promise<readonly SchemaUser[]>
}

/** Readers over one database or transaction. */
export interface Readers {
  readonly resources: ResourceReader
  readonly descriptors: DescriptorReader
}

/** What the steps of one change share. */
export interface ChangeContext {
  readonly registry: Registry
  readonly readers: Readers
  readonly tx: Tx
  readonly scope: Scope
  /** Types of fields in use may become wider, as those of tables of the lake may. */
  readonly mayWiden?: boolean | undefined
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
