import type { DriftKind } from './kind.ts'
import { PARTED, rowsOf } from './scenario-table.ts'

const AS_READER = 'grant usage on schema :schema to :reader; grant select on items to :reader'
const RENAMED = { code: 'DRIFT_RELATION_RENAMED', drift: { DRIFT_RELATION_RENAMED: 'stopped' } } as const
const FILTERED = { code: 'DRIFT_ROWS_FILTERED', drift: { DRIFT_ROWS_FILTERED: 'stopped' } } as const

/** Relations that are moved, replaced or closed. */
export const RELATION_KINDS: readonly DriftKind[] = [
  {
    id: 'table-renamed',
    change: 'the table is renamed',
    sql: 'alter table items rename to things',
    between: RENAMED,
    during: {},
  },
  {
    id: 'table-moved',
    change: 'the table is moved to another schema',
    setup: 'create schema :schema_other',
    sql: 'alter table items set schema :schema_other',
    between: RENAMED,
    during: {},
  },
  {
    id: 'schema-renamed',
    change: 'the schema is renamed',
    sql: 'alter schema :schema rename to :schema_old',
    between: RENAMED,
    during: { hold: 'before', isFree: true, ...RENAMED },
  },
  {
    id: 'schema-swapped',
    change: 'another schema takes the name, with a table of the same columns',
    setup: `
      create schema :schema_next;
      create table :schema_next.items (like items including all);
      insert into :schema_next.items select * from items where id > 2`,
    sql: 'alter schema :schema rename to :schema_old; alter schema :schema_next rename to :schema',
    // Its enum and its domain are those of the schema that had the name.
    between: { drift: { DRIFT_RELATION_RECREATED: 'told', DRIFT_COLUMN_TYPE: 'told' } },
    // It is not what was planned: the run starts over and reads what has the name now.
    during: {
      hold: 'before',
      isFree: true,
      drift: { DRIFT_RELATION_RECREATED: 'told', DRIFT_COLUMN_TYPE: 'told' },
      rows: rowsOf('items'),
    },
  },
  {
    id: 'table-replaced',
    change: 'the table is renamed, and another of the same columns put in its place',
    sql: `
      alter table items rename to items_old;
      create table items (like items_old including all);
      insert into items select * from items_old where id > 2`,
    between: { drift: { DRIFT_RELATION_RECREATED: 'told' } },
    during: {},
  },
  {
    id: 'table-recreated',
    change: 'the table is dropped and made again, without its key',
    sql: `
      create table keep as table items;
      drop table items;
      create table items as table keep`,
    between: {
      drift: { DRIFT_RELATION_RECREATED: 'told', DRIFT_KEY_CHANGED: 'told', DRIFT_COLUMN_NULLABLE: 'told' },
    },
    during: {},
  },
  {
    id: 'table-recreated-otherwise',
    change: 'the table is dropped and made again with other columns',
    sql: 'drop table items; create table items (id bigint primary key, title text)',
    between: {
      code: 'DRIFT_COLUMN_DROPPED',
      drift: {
        DRIFT_RELATION_RECREATED: 'told',
        // `spare` is not read.
        DRIFT_COLUMN_DROPPED: ['stopped', 'told'],
        DRIFT_COLUMN_ADDED: 'told',
      },
    },
    during: {},
  },
  {
    id: 'table-dropped',
    change: 'the table is dropped',
    sql: 'drop table items',
    between: { code: 'DRIFT_RELATION_DROPPED', drift: { DRIFT_RELATION_DROPPED: 'stopped' } },
    during: {},
  },
  {
    id: 'view-in-place',
    change: 'a view takes the name of the table',
    sql: 'alter table items rename to base; create view items as select * from base',
    between: {
      drift: { DRIFT_RELATION_RECREATED: 'told', DRIFT_KEY_CHANGED: 'told', DRIFT_COLUMN_NULLABLE: 'told' },
    },
    during: {},
  },
  {
    id: 'view-redefined',
    change: 'a view gets another query with the same columns',
    relation: 'chosen',
    setup: 'create view chosen as select * from items',
    sql: 'create or replace view chosen as select * from items where id < 4',
    between: { drift: { DRIFT_QUERY_CHANGED: 'told' } },
    during: {},
  },
  {
    id: 'view-widened',
    change: 'a view gets another query with one more column',
    relation: 'chosen',
    setup: 'create view chosen as select * from items',
    sql: 'create or replace view chosen as select *, id * 2 as twice from items',
    between: { drift: { DRIFT_QUERY_CHANGED: 'told', DRIFT_COLUMN_ADDED: 'told' } },
    during: {},
  },
  {
    id: 'function-replaced',
    change: 'a function that a view calls is replaced',
    relation: 'tagged',
    setup: `
      create function tag(text) returns text language sql stable as 'select $1';
      create view tagged as
      select id, tag(label)::varchar(20) as label, n, ratio, price, born, at, feeling, code, tags, place, must, spare from items`,
    sql: `create or replace function tag(text) returns text language sql stable as 'select upper($1)'`,
    between: {},
    during: { isFree: true },
  },
  {
    id: 'partition-attached',
    change: 'a partition is attached',
    relation: 'parted',
    setup: PARTED,
    sql: `
      create table parted_next (like parted);
      insert into parted_next select (p).* from (select p from parted p where id < 3) few;
      update parted_next set id = id + 200;
      alter table parted attach partition parted_next for values from (200) to (300)`,
    between: { drift: { DRIFT_PARTITION_ATTACHED: 'told' } },
    during: { isFree: true },
  },
  {
    id: 'partition-detached',
    change: 'a partition is detached',
    relation: 'parted',
    setup: PARTED,
    sql: 'alter table parted detach partition parted_high',
    between: { drift: { DRIFT_PARTITION_DETACHED: 'told' } },
    during: {},
  },
  {
    id: 'partition-detached-concurrently',
    change: 'a partition is detached concurrently',
    relation: 'parted',
    setup: PARTED,
    sql: 'alter table parted detach partition parted_high concurrently',
    between: { drift: { DRIFT_PARTITION_DETACHED: 'told' } },
    during: {},
  },
  {
    id: 'partition-dropped',
    change: 'a partition is dropped',
    relation: 'parted',
    setup: PARTED,
    sql: 'drop table parted_high',
    between: { drift: { DRIFT_PARTITION_DETACHED: 'told' } },
    during: {},
  },
  {
    id: 'child-added',
    change: 'a table inherits from the table',
    sql: `
      create table more_items () inherits (items);
      insert into more_items (id, must) values (71, 'more')`,
    between: { drift: { DRIFT_PARTITION_ATTACHED: 'told' } },
    during: { hold: 'before', isFree: true },
  },
  {
    id: 'row-security-on',
    change: 'row-level security is turned on for the user',
    asReader: true,
    setup: AS_READER,
    sql: 'alter table items enable row level security',
    between: FILTERED,
    during: {},
  },
  {
    id: 'bypass-given',
    change: 'the user may pass row-level security by',
    asReader: true,
    setup: `${AS_READER};
      alter table items enable row level security;
      create policy every on items using (true)`,
    sql: 'alter role :reader bypassrls',
    between: { drift: { DRIFT_ROWS_UNFILTERED: 'told' } },
    during: { hold: 'before', isFree: true },
  },
  {
    id: 'bypass-lost',
    change: 'the user may no longer pass row-level security by',
    asReader: true,
    setup: `${AS_READER};
      alter role :reader bypassrls;
      alter table items enable row level security;
      create policy half on items using (id > 3)`,
    sql: 'alter role :reader nobypassrls',
    between: FILTERED,
    during: { hold: 'before', isFree: true, ...FILTERED },
  },
  {
    id: 'grant-revoked',
    change: 'the user may no longer read the table',
    asReader: true,
    setup: AS_READER,
    sql: 'revoke select on items from :reader',
    between: { code: '42501' },
    during: { hold: 'before', isFree: true, code: '42501' },
  },
  {
    id: 'remote-column-renamed',
    change: 'a column is renamed on the server of a foreign table',
    relation: 'far',
    setup: `
      create server :schema_far foreign data wrapper postgres_fdw options (:server);
      create user mapping for current_user server :schema_far options (:login);
      create foreign table far (
        id bigint not null, label varchar(20), n integer, ratio real, price numeric(10, 2), born date, at timestamp,
        feeling mood, code code, tags integer[], place place, must varchar(20) not null, spare text
      ) server :schema_far options (schema_name ':schema', table_name 'items')`,
    sql: 'alter table items rename column label to title',
    between: { code: '42703' },
    during: { hold: 'before', isFree: true, code: '42703' },
  },
]
