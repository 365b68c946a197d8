import type { Session } from '#source/postgres/connect/session.ts'
import { SourceError } from '#source/postgres/failures/source-error.ts'

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

/** @throws SourceError RELATION_REWRITTEN: with a new snapshot it may go well */
export async function assertInPlace(session: Session): Promise<void> {
  const [row] = await session.query<{ relation: string }>(REWRITTEN)
  if (row === undefined) return
  throw new SourceError({
    code: 'RELATION_REWRITTEN',
    mayPass: true,
    stage: 'query',
    message: `The table ${row.relation} was rewritten (ALTER TABLE, TRUNCATE, VACUUM FULL or REFRESH) at the moment when it was to be read.`,
    remedy: 'Try again when that is done.',
  })
}
