import type { Session } from '#source/postgres/connect/session.ts'
import type { RelationShape } from '#source/postgres/explore/describe-relation.ts'
import { movedOn } from '#source/postgres/failures/moved-on.ts'
import { SourceError } from '#source/postgres/failures/source-error.ts'
import { quoteIdentifier, quoteQualified } from '#source/postgres/sql/quote.ts'

/**
 * Tables that this session has locked, and that were rewritten after its snapshot was taken: the catalogue as the
 * snapshot sees it names another file than the one that the table has by now. Of such a table the snapshot sees
 * no row, since ALTER TABLE and TRUNCATE don't keep older versions.
 */
const REWRITTEN = `
  select c.oid::regclass::text as relation
    from pg_catalog.pg_locks l
    join pg_catalog.pg_class c on c.oid = l.relation
   where l.pid = pg_catalog.pg_backend_pid() and l.locktype = 'relation'
     and l.database = (select d.oid from pg_catalog.pg_database d where d.datname = pg_catalog.current_database())
     and c.relkind in ('r', 'm') and c.relfilenode <> 0
     and pg_catalog.pg_relation_filenode(c.oid) is distinct from c.relfilenode
   limit 1`

/** What says that a column is not there. */
const UNDEFINED_COLUMN = '42703'

/**
 * The catalogue as a snapshot sees it may be older than the relation that the name leads to by the time when it is
 * locked, and a copy reads what is there: of each column the server is asked what it would send. The statement is
 * not carried out: what a foreign table leads to is not its concern.
 * @throws SourceError RELATION_ALTERED: with a new snapshot it may go well
 */
export async function assertAsSeen(session: Session, seen: RelationShape): Promise<void> {
  const list = seen.columns.map(({ name }) => quoteIdentifier(name)).join(', ')
  const statement = `select ${list} from ${quoteQualified(seen.schema, seen.name)} where false`
  const found = await session.describe(statement).catch((error: unknown) => {
    if (error instanceof SourceError && error.code === UNDEFINED_COLUMN) return []
    throw error
  })
  const isAsSeen = seen.columns.every(({ baseTypeOid, typmod }, index) => {
    const column = found[index]
    return (
      column?.dataTypeID === baseTypeOid && column.dataTypeModifier === typmod && column.tableID === seen.oid
    )
  })
  if (!isAsSeen) throw movedOn('RELATION_ALTERED', `The relation ${seen.path} was altered or replaced`)
}

/** @throws SourceError RELATION_REWRITTEN: with a new snapshot it may go well */
export async function assertInPlace(session: Session): Promise<void> {
  const [row] = await session.query<{ relation: string }>(REWRITTEN)
  if (row === undefined) return
  const how = 'ALTER TABLE, TRUNCATE, VACUUM FULL or REFRESH'
  throw movedOn('RELATION_REWRITTEN', `The table ${row.relation} was rewritten (${how})`)
}
