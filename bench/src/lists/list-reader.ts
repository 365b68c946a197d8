import type { Scope } from '@headwater/server/http/scope.ts'
import { openKeyring } from '@headwater/server/secrets/keyring.ts'
import * as kinds from '@headwater/server/services/flow-service/entities/entity-kinds.ts'
import {
  countDocuments,
  listDocuments,
} from '@headwater/server/services/flow-service/entities/entity-reader.ts'
import {
  buildQuery,
  type Collection,
  type ListQuery,
} from '@headwater/server/services/flow-service/lists/list-query.ts'
import { createPageTokens } from '@headwater/server/services/flow-service/lists/page-token.ts'
import { orderSql, sortKeys } from '@headwater/server/services/flow-service/lists/sort-keys.ts'
import {
  planOf,
  type RecordedStatement,
  recordStatements,
} from '@headwater/server/services/flow-service/lists/testing/statement-recorder.ts'
import { type Database, openDatabase, openPool } from '@headwater/server/store/database.ts'
import { sql } from 'kysely'
import type pg from 'pg'
import type { ListCase } from './cases.ts'

/** Small tables, which are read as a whole for good reason. */
const SMALL = new Set(['sandbox'])

const KINDS: readonly kinds.EntityKind[] = [
  kinds.CONNECTIONS,
  kinds.SOURCE_CONNECTIONS,
  kinds.TARGET_CONNECTIONS,
  kinds.FLOWS,
  kinds.RUNS,
]

/** Reads lists beside the server, to see what becomes of them in the database. */
export class ListReader implements AsyncDisposable {
  readonly #pool: pg.Pool
  readonly #db: Database
  readonly #recorded: RecordedStatement[]
  readonly #scope: Scope
  readonly #dataDir: string

  private constructor(pool: pg.Pool, recorded: RecordedStatement[], scope: Scope, dataDir: string) {
    this.#pool = pool
    this.#db = openDatabase(pool)
    this.#recorded = recorded
    this.#scope = scope
    this.#dataDir = dataDir
  }

  /** `dataDir` is the one of the server, whose key signs the tokens. */
  static async open(metadataUrl: string, dataDir: string): Promise<ListReader> {
    const pool = openPool({ url: metadataUrl }, { max: 1 })
    const recorded = recordStatements(pool)
    const { rows } = await pool.query('select id, name, type, org_id from sandbox where is_default')
    const [{ id, name, type, org_id: orgId }] = rows
    const scope = {
      orgId,
      tenantId: 'bench',
      sandbox: { id, name, type },
      clientId: 'bench',
      userId: 'bench',
    }
    return new ListReader(pool, recorded, { ...scope, isAdmin: false, grants: [] }, dataDir)
  }

  /** The token of the page that has `depth` items before it. */
  async tokenAt(wanted: ListCase, depth: number): Promise<string> {
    const { kind, query } = this.#queryOf(wanted)
    const keys = sortKeys(kind, query.orderings)
    const expressions = keys.map(({ expression }) => expression)
    const { rows } = await sql<{ place: string[] }>`
      select array[${sql.join(expressions.map((expression) => sql`(${expression})::text`))}] as place
      from ${sql.table(kind.table)} as entity
      where sandbox_id = ${this.#scope.sandbox.id}
      order by ${orderSql(keys, expressions)}
      limit 1 offset ${depth}
    `.execute(this.#db)
    return query.tokenAfter(rows[0]?.place ?? [])
  }

  /** The large tables that any statement of a case reads from end to end. */
  async tablesScanned(wanted: ListCase): Promise<readonly string[]> {
    const { kind, query } = this.#queryOf(wanted)
    const after =
      wanted.depth === undefined ? undefined : this.#parse(wanted, await this.tokenAt(wanted, wanted.depth))
    this.#recorded.length = 0
    if (query.countOnly) await countDocuments(this.#db, this.#scope, kind, query)
    else await listDocuments(this.#db, this.#scope, kind, { ...query, after })
    const nodes = []
    for (const statement of this.#recorded.splice(0)) nodes.push(...(await planOf(this.#pool, statement)))
    const scans = nodes.filter((node) => node['Node Type'] === 'Seq Scan')
    return scans.map((node) => node['Relation Name'] ?? '').filter((table) => !SMALL.has(table))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#db.destroy()
  }

  #queryOf(wanted: ListCase): { readonly kind: kinds.EntityKind; readonly query: ListQuery } {
    const collection = this.#collectionOf(wanted)
    return { kind: collection.filterable as kinds.EntityKind, query: buildQuery(wanted, collection) }
  }

  #parse(wanted: ListCase, token: string): readonly string[] {
    return this.#collectionOf(wanted).tokens.parse(token).after
  }

  #collectionOf({ collection: name }: ListCase): Collection {
    const kind = KINDS.find((candidate) => candidate.name === name)
    if (kind === undefined) throw new Error(`no lists of ${name}`)
    const tokens = createPageTokens(openKeyring({ dataDir: this.#dataDir }), this.#scope, name)
    return { name, filterable: kind, tokens }
  }
}
