import type { TestDatabase } from '@headwater/testkit/test-database.ts'

/**
 * What a role may read, by other means than the listing: from the access control lists themselves, as
 * `schema/name`, sorted. For roles that are no superusers.
 */
export async function readableTruth(database: TestDatabase, role: string): Promise<string[]> {
  const { rows } = await database.query<{ name: string }>(
    `with role_acl as (
       select c.oid, c.relnamespace, c.relname, acl.grantee
         from pg_class c, aclexplode(coalesce(c.relacl, acldefault('r', c.relowner))) acl
        where acl.privilege_type = 'SELECT'
       union all
       select c.oid, c.relnamespace, c.relname, acl.grantee
         from pg_class c join pg_attribute a on a.attrelid = c.oid, aclexplode(a.attacl) acl
        where acl.privilege_type = 'SELECT' and a.attnum > 0 and not a.attisdropped
     ), open_schema as (
       select distinct n.oid, n.nspname
         from pg_namespace n, aclexplode(coalesce(n.nspacl, acldefault('n', n.nspowner))) acl
        where acl.privilege_type = 'USAGE' and (n.oid >= 16384 or n.nspname = 'public')
          and (acl.grantee = 0 or pg_has_role($1, acl.grantee, 'usage'))
     )
     select distinct s.nspname || '/' || r.relname as name
       from role_acl r join open_schema s on s.oid = r.relnamespace
      where (r.grantee = 0 or pg_has_role($1, r.grantee, 'usage'))
        and exists (select from pg_class c where c.oid = r.oid and c.relkind not in ('i', 'I', 't', 'S', 'c'))`,
    [role],
  )
  return rows.map(({ name }) => name).sort()
}
