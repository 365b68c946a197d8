import { sql } from 'kysely'
import type { Scope } from '#http/scope.ts'
import type { Database } from '#store/database.ts'
import type { Page } from './paging.ts'

/** The datasets of the caller's sandbox as tables. */
export class TableReader {
  readonly #db: Database

  constructor(db: Database) {
    this.#db = db
  }

  /** Names in SQL, in the order of their bytes, one more than the page has room for. */
  async listNames({ orgId, sandbox }: Scope, { after, size }: Page): Promise<readonly string[]> {
    const name = sql<string>`table_name collate "C"`
    const query = this.#db
      .selectFrom('dataset')
      .select('table_name')
      .where('org_id', '=', orgId)
      .where('sandbox_id', '=', sandbox.id)
      .where(name, '>', after)
      .orderBy(name)
    const rows = await (size === undefined ? query : query.limit(size + 1)).execute()
    return rows.map((row) => row.table_name)
  }

  /** Key of the current metadata file of a table that is called by its name or by its dataset's id. */
  async findMetadataKey({ orgId, sandbox }: Scope, nameOrId: string): Promise<string | undefined> {
    const row = await this.#db
      .selectFrom('dataset')
      .innerJoin('lake_table', 'lake_table.dataset_id', 'dataset.id')
      .select('lake_table.metadata_key')
      .where('dataset.org_id', '=', orgId)
      .where('dataset.sandbox_id', '=', sandbox.id)
      .where((dataset) =>
        dataset.or([dataset('dataset.table_name', '=', nameOrId), dataset('dataset.id', '=', nameOrId)]),
      )
      // A name may look like the id of another dataset.
      .orderBy((dataset) => dataset('dataset.table_name', '=', nameOrId), 'desc')
      .executeTakeFirst()
    return row?.metadata_key
  }
}
