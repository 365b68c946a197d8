import type { Selectable } from 'kysely'
import type { WantedSandbox } from '#http/plugins/gateway.ts'
import type { Scope } from '#http/scope.ts'
import { isUuid } from '#kit/ids.ts'
import type { Database } from '#store/database.ts'
import type { Tables } from '#store/tables/tables.ts'

export type SandboxRow = Selectable<Tables['sandbox']>

/**
 * A sandbox takes this long to become active. There is nothing to prepare, so the state simply follows from
 * the age of the row: no task that could die half-way.
 */
export const PROVISIONING_MS = 150

/** Reads the sandboxes of an organisation, whatever their state. */
export class SandboxReader {
  readonly #db: Database
  readonly #now: () => number

  constructor(db: Database, now: () => number) {
    this.#db = db
    this.#now = now
  }

  async list(orgId: string): Promise<readonly SandboxRow[]> {
    const rows = await this.#db
      .selectFrom('sandbox')
      .selectAll()
      .where('org_id', '=', orgId)
      .orderBy('created_at')
      .orderBy('name')
      .execute()
    return rows.map((row) => this.#settled(row))
  }

  /** The sandbox that has this name, else the one that had it last. */
  async findByName(orgId: string, name: string): Promise<SandboxRow | undefined> {
    const row = await this.#db
      .selectFrom('sandbox')
      .selectAll()
      .where('org_id', '=', orgId)
      .where('name', '=', name)
      .orderBy((sandbox) => sandbox('state', '=', 'deleted'))
      .orderBy('updated_at', 'desc')
      .limit(1)
      .executeTakeFirst()
    return row && this.#settled(row)
  }

  /** The gateway's question: the active sandbox of this name or id, the default one when neither is given. */
  async findActive(orgId: string, wanted: WantedSandbox): Promise<Scope['sandbox'] | undefined> {
    const { name, id } = wanted
    if (id !== undefined && !isUuid(id)) return undefined
    let query = this.#db.selectFrom('sandbox').selectAll().where('org_id', '=', orgId)
    if (name !== undefined) query = query.where('name', '=', name).where('state', '<>', 'deleted')
    if (id !== undefined) query = query.where('id', '=', id)
    if (name === undefined && id === undefined) query = query.where('is_default', '=', true)
    const row = await query.executeTakeFirst()
    if (row === undefined || this.#settled(row).state !== 'active') return undefined
    return { id: row.id, name: row.name, type: row.type }
  }

  /** All that can be worked in, by name. */
  async listActive(orgId: string): Promise<readonly Scope['sandbox'][]> {
    const active = (await this.list(orgId)).filter(({ state }) => state === 'active')
    return active.map(({ id, name, type }) => ({ id, name, type }))
  }

  /** The organisation's default sandbox, whatever its state. */
  async findDefault(orgId: string): Promise<Scope['sandbox'] | undefined> {
    return this.#db
      .selectFrom('sandbox')
      .select(['id', 'name', 'type'])
      .where('org_id', '=', orgId)
      .where('is_default', '=', true)
      .executeTakeFirst()
  }

  #settled(row: SandboxRow): SandboxRow {
    const isReady = row.state === 'creating' && row.created_at + PROVISIONING_MS <= this.#now()
    return isReady ? { ...row, state: 'active' } : row
  }
}
