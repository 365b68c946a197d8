import type { DriftKind } from './kind.ts'

/** Kinds of changes with the default policy: what matters stops the run, the rest is told. */
export const KINDS: readonly DriftKind[] = [
  {
    id: 'column-added',
    change: 'a column is added',
    sql: 'alter table items add column extra text',
    between: { drift: { DRIFT_COLUMN_ADDED: 'told' } },
    during: {},
  },
  {
    id: 'column-added-not-null',
    change: 'a column with a default is added that is never NULL',
    sql: 'alter table items add column extra integer not null default 7',
    between: { drift: { DRIFT_COLUMN_ADDED: 'told' } },
    during: {},
  },
  {
    id: 'unread-column-dropped',
    change: 'a column that the mapping does not read is dropped',
    sql: 'alter table items drop column spare',
    between: { drift: { DRIFT_COLUMN_DROPPED: 'told' } },
    during: {},
  },
  {
    id: 'column-dropped',
    change: 'a column that the mapping reads is dropped',
    sql: 'alter table items drop column label',
    between: { code: 'DRIFT_COLUMN_DROPPED', drift: { DRIFT_COLUMN_DROPPED: 'stopped' } },
    during: {},
  },
  {
    id: 'unread-column-renamed',
    change: 'a column that the mapping does not read is renamed',
    sql: 'alter table items rename column spare to reserve',
    between: { drift: { DRIFT_COLUMN_RENAMED: 'told' } },
    during: {},
  },
  {
    id: 'column-renamed',
    change: 'a column that the mapping reads is renamed',
    sql: 'alter table items rename column label to title',
    between: { code: 'DRIFT_COLUMN_RENAMED', drift: { DRIFT_COLUMN_RENAMED: 'stopped' } },
    during: {},
  },
  {
    id: 'columns-swapped',
    change: 'two columns of one type exchange their names',
    sql: 'alter table items rename column label to x; alter table items rename column must to label; alter table items rename column x to must',
    between: {
      code: 'DRIFT_COLUMN_RENAMED',
      drift: { DRIFT_COLUMN_RENAMED: 'stopped', DRIFT_COLUMNS_REORDERED: 'told' },
    },
    during: {},
  },
  {
    id: 'column-replaced',
    change: 'a column is dropped, and added again under its name and with its type',
    sql: 'alter table items drop column label; alter table items add column label varchar(20)',
    between: { drift: { DRIFT_COLUMN_REPLACED: 'told', DRIFT_COLUMNS_REORDERED: 'told' } },
    during: {},
  },
  {
    id: 'integer-to-bigint',
    change: 'integer becomes bigint',
    sql: 'alter table items alter column n type bigint',
    between: { code: 'DRIFT_COLUMN_TYPE', drift: { DRIFT_COLUMN_TYPE: 'stopped' } },
    during: {},
  },
  {
    id: 'bigint-to-integer',
    change: 'bigint becomes integer',
    sql: 'alter table items alter column id type integer',
    between: { drift: { DRIFT_COLUMN_TYPE: 'told' } },
    during: {},
  },
  {
    id: 'bigint-to-text',
    change: 'bigint becomes text',
    sql: 'alter table items alter column id type text',
    between: { code: 'DRIFT_COLUMN_TYPE', drift: { DRIFT_COLUMN_TYPE: 'stopped' } },
    during: {},
  },
  {
    id: 'varchar-grows',
    change: 'varchar takes longer texts',
    sql: 'alter table items alter column label type varchar(40)',
    between: { drift: { DRIFT_COLUMN_TYPE: 'told' } },
    during: {},
  },
]
