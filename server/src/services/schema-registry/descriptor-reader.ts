import { sql } from 'kysely'
import type { Scope } from '#http/scope.ts'
import type { JsonObject } from '#kit/json.ts'
import type { Database } from '#store/database.ts'

/** Reads descriptors of the scope's sandbox. */
export class DescriptorReader {
  readonly #db: Database

  constructor(db: Database) {
    this.#db = db
  }

  async find(scope: Scope, id: string): Promise<JsonObject | undefined> {
    const row = await this.#rows(scope).where('id', '=', id).executeTakeFirst()
    return row?.document
  }

  async list(scope: Scope): Promise<readonly JsonObject[]> {
    const rows = await this.#rows(scope).orderBy('created_at').orderBy('id').execute()
    return rows.map((row) => row.document)
  }

  /** Those that speak of any of the resources. */
  async listOf(scope: Scope, resourceIds: readonly string[]): Promise<readonly JsonObject[]> {
    const rows = await this.#rows(scope)
      .where('source_schema', 'in', resourceIds)
      .orderBy('created_at')
      .orderBy('id')
      .execute()
    return rows.map((row) => row.document)
  }

  /** A descriptor of another schema that leads to this one. */
  async findLeadingTo(scope: Scope, schemaId: string): Promise<JsonObject | undefined> {
    const row = await this.#rows(scope)
      .where('source_schema', '!=', schemaId)
      .where(sql<boolean>`document ->> 'xdm:destinationSchema' = ${schemaId}`)
      .limit(1)
      .executeTakeFirst()
    return row?.document
  }

  /** The primary identity of a schema, if it has one. */
  async findPrimaryIdentity(scope: Scope, schemaId: string): Promise<JsonObject | undefined> {
    const row = await this.#rows(scope)
      .where('source_schema', '=', schemaId)
      .where('type', '=', 'xdm:descriptorIdentity')
      .where(sql<boolean>`document -> 'xdm:isPrimary' = 'true'::jsonb`)
      .executeTakeFirst()
    return row?.document
  }

  #rows(scope: Scope) {
    return this.#db
      .selectFrom('descriptor')
      .select('document')
      .where('org_id', '=', scope.orgId)
      .where('sandbox_id', '=', scope.sandbox.id)
  }
}
