import type { DriftKind } from './kind.ts'

/** What changes where rows are, or what is known of them, and not what they are. */
export const STORAGE_KINDS: readonly DriftKind[] = [
  {
    id: 'table-truncated',
    change: 'the table is emptied by TRUNCATE',
    sql: 'truncate items',
    between: {},
    during: {},
  },
  {
    id: 'table-rewritten',
    change: 'the table is rewritten by VACUUM FULL',
    sql: 'vacuum full items',
    between: {},
    during: {},
  },
  {
    id: 'table-clustered',
    change: 'the table is rewritten by CLUSTER',
    sql: 'cluster items using items_pkey',
    between: {},
    during: {},
  },
  {
    id: 'rows-deleted-and-vacuumed',
    change: 'rows are deleted, and VACUUM clears them away',
    sql: ['delete from items where id > 3', 'vacuum items'],
    between: {},
    during: { hold: 'before', isFree: true },
  },
  {
    id: 'table-unlogged',
    change: 'the table is no longer logged',
    sql: 'alter table items set unlogged',
    between: {},
    during: {},
  },
  {
    id: 'check-added',
    change: 'the table gets a check constraint',
    sql: 'alter table items add constraint positive check (id > 0)',
    between: {},
    during: {},
  },
  {
    id: 'index-added',
    change: 'the table gets an index',
    sql: 'create index on items (n)',
    between: {},
    during: { hold: 'before', isFree: true },
  },
  {
    id: 'facts-changed',
    change: 'comments, statistics and storage parameters change',
    sql: `
      comment on column items.label is 'what it is called';
      alter table items alter column label set statistics 500;
      alter table items set (fillfactor = 50);
      analyze items`,
    between: {},
    during: { hold: 'before', isFree: true },
  },
  {
    id: 'view-refreshed',
    change: 'a materialised view is refreshed',
    relation: 'stored',
    setup: 'create materialized view stored as select * from items',
    sql: `insert into items (id, must) values (71, 'more'); refresh materialized view stored`,
    between: {},
    during: {},
  },
  {
    id: 'view-emptied',
    change: 'a materialised view is left without data',
    relation: 'stored',
    setup: 'create materialized view stored as select * from items',
    sql: 'refresh materialized view stored with no data',
    between: { code: '55000' },
    during: {},
  },
]
