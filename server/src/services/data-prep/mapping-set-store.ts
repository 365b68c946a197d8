import { type RawBuilder, type SqlBool, sql } from 'kysely'
import type { FindMappingSet } from '#http/neighbours.ts'
import type { Scope } from '#http/scope.ts'
import type { Database, Tx } from '#store/database.ts'
import { type MappingSetDocument, summaryOf } from './mapping-set-document.ts'
import type { MappingSetListQuery } from './mapping-set-list-query.ts'

/** The mapping sets of the caller's sandbox. Every version stays readable. */
export class MappingSetReader {
  readonly #db: Database

  constructor(db: Database) {
    this.#db = db
  }

  /** The newest version unless told otherwise. */
  async find(
    scope: Scope,
    id: string,
    version?: number | undefined,
  ): Promise<MappingSetDocument | undefined> {
    return findDocument(this.#db, scope, id, version)
  }

  /** A page of sets in their newest versions, and how many there are in all. */
  async list(
    scope: Scope,
    query: MappingSetListQuery,
  ): Promise<{ sets: readonly MappingSetDocument[]; count: number }> {
    const newest = sql`
      select distinct on (id) id, document from mapping_set
      where org_id = ${scope.orgId} and sandbox_id = ${scope.sandbox.id}
      order by id, version desc`
    const where = sql.join([sql<SqlBool>`true`, ...conditionsOf(query)], sql` and `)
    const { rows } = await sql<{ document: MappingSetDocument }>`
      select document from (${newest}) as newest where ${where}
      order by document -> ${query.orderBy.property}::text ${sql.raw(query.orderBy.direction)} nulls last, id
      limit ${query.limit} offset ${query.start}`.execute(this.#db)
    const counted = await sql<{
      count: number
    }>`select count(*) from (${newest}) as newest where ${where}`.execute(this.#db)
    return { sets: rows.map((row) => row.document), count: counted.rows[0]?.count ?? 0 }
  }

  /** For the neighbours: what they may know of a mapping set. */
  readonly findSummary: FindMappingSet = async (scope, id, version) => {
    const newest = await this.find(scope, id)
    if (newest === undefined) return undefined
    const wanted =
      version === undefined || version === newest.version ? newest : await this.find(scope, id, version)
    return wanted && summaryOf(wanted, newest.version)
  }
}

function conditionsOf({ name, property }: MappingSetListQuery): readonly RawBuilder<SqlBool>[] {
  return [
    ...(name === undefined ? [] : [sql<SqlBool>`document ->> 'name' = ${name}`]),
    ...(property === undefined
      ? []
      : [sql<SqlBool>`document #>> ${property.path}::text[] = ${property.value}`]),
  ]
}

async function findDocument(
  db: Database,
  scope: Scope,
  id: string,
  version?: number | undefined,
): Promise<MappingSetDocument | undefined> {
  const row = await db
    .selectFrom('mapping_set')
    .select('document')
    .where('id', '=', id)
    .where('org_id', '=', scope.orgId)
    .where('sandbox_id', '=', scope.sandbox.id)
    .$if(version !== undefined, (query) => query.where('version', '=', version ?? 0))
    .orderBy('version', 'desc')
    .limit(1)
    .executeTakeFirst()
  return row?.document as MappingSetDocument | undefined
}

/** The newest version, for one that comes after it: nobody else adds or deletes versions until the end of `tx`. */
export async function lockNewest(tx: Tx, scope: Scope, id: string): Promise<MappingSetDocument | undefined> {
  await sql`select pg_advisory_xact_lock(hashtextextended(${`mapping_set ${scope.sandbox.id} ${id}`}, 0))`.execute(
    tx,
  )
  return findDocument(tx, scope, id)
}

/** Stores a version of a set. */
export async function insertVersion(db: Database, scope: Scope, document: MappingSetDocument): Promise<void> {
  await db
    .insertInto('mapping_set')
    .values({
      id: document.id,
      version: document.version,
      org_id: scope.orgId,
      sandbox_id: scope.sandbox.id,
      document: JSON.stringify(document),
      created_at: document.createdDate,
      updated_at: document.modifiedDate,
    })
    .execute()
}

/** Deletes a set with all its versions. */
export async function deleteVersions(tx: Tx, scope: Scope, id: string): Promise<void> {
  await tx
    .deleteFrom('mapping_set')
    .where('id', '=', id)
    .where('org_id', '=', scope.orgId)
    .where('sandbox_id', '=', scope.sandbox.id)
    .execute()
}

/** A flow that maps its rows with the set. */
export async function findMappingFlow(
  tx: Tx,
  scope: Scope,
  id: string,
): Promise<{ id: string; name: string } | undefined> {
  const transformation = JSON.stringify({ transformations: [{ params: { mappingId: id } }] })
  return tx
    .selectFrom('flow')
    .select(['id', 'name'])
    .where('sandbox_id', '=', scope.sandbox.id)
    .where(sql<SqlBool>`document @> ${transformation}::jsonb`)
    .executeTakeFirst()
}
