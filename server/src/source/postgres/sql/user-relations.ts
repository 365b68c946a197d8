/** Conditions on `pg_class c` and `pg_namespace n`, for statements that ask about many relations. */

/** What can be read: tables, partitioned tables, views, materialised views and foreign tables. */
export const IS_READABLE_KIND = "c.relkind in ('r', 'p', 'v', 'm', 'f')"

/** Outside of the system's schemas; names that begin with `pg_` are PostgreSQL's own. */
export const IS_OF_USERS = "n.nspname <> 'information_schema' and n.nspname !~ '^pg_'"
