import type { DriftKind } from './kind.ts'
import { READ, rowsOf } from './scenario-table.ts'

/** The columns with another expression, or another column, in the place of some. */
function rowsWith(changes: Readonly<Record<string, string>>): string {
  const added = Object.keys(changes).filter((name) => !READ.some((known) => known === name))
  const columns = [...READ, ...added].map((name) => {
    const own = changes[name]
    return own === undefined
      ? rowsOf('x', [name]).replace(/^select | from x$/g, '')
      : `(${own})::text as "${name}"`
  })
  return `select ${columns.join(', ')} from items`
}

const PLACE = `nullif(concat_ws(',', (place).street, (place).zip, (place).country), '')`
const STOPS = { code: 'DRIFT_COLUMN_TYPE', drift: { DRIFT_COLUMN_TYPE: 'stopped' } } as const
const WIDENS = { DRIFT_COLUMN_TYPE: 'followed' } as const

/** Flows whose schema follows the table, as Iceberg can. */
const FOLLOWING: readonly Omit<DriftKind, 'policy'>[] = [
  {
    id: 'evolve-column-added',
    change: 'a column is added',
    sql: `alter table items add column extra text; update items set extra = 'extra ' || id where id < 4`,
    between: {
      drift: { DRIFT_COLUMN_ADDED: 'followed' },
      rows: rowsWith({ extra: 'extra' }),
      types: { extra: 'string' },
    },
    during: {},
  },
  {
    id: 'evolve-column-added-not-null',
    change: 'a column is added that has a default and is never NULL',
    sql: 'alter table items add column extra integer not null default 7',
    between: {
      drift: { DRIFT_COLUMN_ADDED: 'followed' },
      rows: rowsWith({ extra: 'extra' }),
      types: { extra: 'int' },
    },
    during: {},
  },
  {
    id: 'evolve-column-renamed',
    change: 'a column that the mapping reads is renamed',
    sql: 'alter table items rename column label to title',
    between: { drift: { DRIFT_COLUMN_RENAMED: 'followed' }, rows: rowsWith({ label: 'title' }) },
    during: {},
  },
  {
    id: 'evolve-columns-swapped',
    change: 'two columns of one type exchange their names',
    sql: `
      alter table items rename column label to x;
      alter table items rename column must to label;
      alter table items rename column x to must`,
    between: {
      drift: { DRIFT_COLUMN_RENAMED: 'followed', DRIFT_COLUMNS_REORDERED: 'told' },
      rows: rowsWith({ label: 'must', must: 'label' }),
    },
    during: {},
  },
  {
    id: 'evolve-column-dropped',
    change: 'a column that the mapping reads is dropped',
    sql: 'alter table items drop column label',
    between: {
      drift: { DRIFT_COLUMN_DROPPED: 'followed' },
      rows: rowsWith({ label: 'null' }),
      types: { label: 'string' },
    },
    during: {},
  },
  {
    id: 'evolve-required-column-dropped',
    change: 'a column is dropped whose field the schema requires',
    sql: 'alter table items drop column must',
    between: { drift: { DRIFT_COLUMN_DROPPED: 'followed' }, rows: rowsWith({ must: 'null' }) },
    during: {},
  },
  {
    id: 'evolve-not-null-dropped',
    change: 'a column may be NULL, and a row is, whose field the schema requires',
    sql: `
      alter table items alter column must drop not null;
      insert into items (id) values (99)`,
    between: { drift: { DRIFT_COLUMN_NULLABLE: 'followed' } },
    during: {},
  },
  {
    id: 'evolve-integer-to-bigint',
    change: 'integer becomes bigint',
    sql: `
      alter table items alter column n type bigint;
      insert into items (id, n, must) values (99, 9007199254740993, 'wide')`,
    between: { drift: WIDENS, types: { n: 'long' } },
    during: {},
  },
  {
    id: 'evolve-real-to-double',
    change: 'real becomes double precision',
    sql: 'alter table items alter column ratio type double precision',
    between: { drift: WIDENS, types: { ratio: 'double' } },
    during: {},
  },
  {
    id: 'evolve-precision-grows',
    change: 'numeric gets more digits',
    sql: `
      alter table items alter column price type numeric(30, 2);
      insert into items (id, price, must) values (99, 1234567890123456789012345678.25, 'wide')`,
    between: { drift: WIDENS, types: { price: 'decimal(30, 2)' } },
    during: {},
  },
  {
    id: 'evolve-elements-widened',
    change: 'the elements of an array become bigint',
    sql: `
      alter table items alter column tags type bigint[];
      insert into items (id, tags, must) values (99, '{9007199254740993}', 'wide')`,
    between: { drift: WIDENS, types: { tags: 'list<long>' } },
    during: {},
  },
  {
    id: 'evolve-part-added',
    change: 'a composite type gets an attribute',
    sql: `alter type place add attribute country text; update items set place.country = 'LU' where id < 4`,
    between: {
      drift: WIDENS,
      rows: rowsWith({
        place: PLACE,
      }),
    },
    during: {
      hold: 'before',
      isFree: true,
      drift: WIDENS,
      rows: rowsWith({
        place: PLACE,
      }),
    },
  },
  {
    id: 'evolve-all-at-once',
    change: 'columns are added, renamed, widened and dropped at once',
    sql: `
      alter table items add column extra date default '2024-02-29', drop column code,
        alter column n type bigint, alter column price type numeric(12, 2);
      alter table items rename column label to title`,
    between: {
      drift: {
        DRIFT_COLUMN_ADDED: 'followed',
        DRIFT_COLUMN_DROPPED: 'followed',
        DRIFT_COLUMN_RENAMED: 'followed',
        DRIFT_COLUMN_TYPE: 'followed',
      },
      rows: rowsWith({ extra: 'extra', code: 'null', label: 'title' }),
      types: { n: 'long', price: 'decimal(12, 2)', extra: 'date' },
    },
    during: {},
  },
  ...(
    [
      ['scale-changes', 'numeric gets another scale', 'price type numeric(12, 4)'],
      ['precision-dropped', 'numeric loses its bounds', 'price type numeric'],
      ['bigint-to-text', 'bigint becomes text', 'id type text'],
      ['zone-added', 'timestamp becomes timestamptz', `at type timestamptz using at at time zone 'UTC'`],
      ['date-to-timestamp', 'date becomes timestamp', 'born type timestamp'],
      ['array-to-text', 'an array becomes text', 'tags type text'],
    ] as const
  ).map(([id, change, how]) => ({
    id: `evolve-${id}`,
    change,
    sql: `alter table items alter column ${how}`,
    between: STOPS,
    during: {},
  })),
]

/** Flows that go on as long as their mapping fits. */
const REPORTING: readonly Omit<DriftKind, 'policy'>[] = [
  {
    id: 'report-integer-to-bigint',
    change: 'integer becomes bigint, and all values are in the range of before',
    sql: 'alter table items alter column n type bigint',
    between: { drift: { DRIFT_COLUMN_TYPE: 'told' }, types: { n: 'int' } },
    during: {},
  },
  {
    id: 'report-integer-to-wide-bigint',
    change: 'integer becomes bigint, and a value is beyond the range of before',
    sql: `
      alter table items alter column n type bigint;
      insert into items (id, n, must) values (99, 9007199254740993, 'wide')`,
    between: {
      counted: 'MAPPER-3700-400',
      drift: { DRIFT_COLUMN_TYPE: 'told' },
      rows: rowsWith({ n: 'case when n < 2147483648 then n end' }),
    },
    during: {},
  },
  {
    id: 'report-column-dropped',
    change: 'a column that the mapping reads is dropped',
    sql: 'alter table items drop column label',
    between: { code: 'DRIFT_COLUMN_DROPPED', drift: { DRIFT_COLUMN_DROPPED: 'stopped' } },
    during: {},
  },
  {
    id: 'report-rows-filtered',
    change: 'row-level security is turned on for the user',
    asReader: true,
    setup: 'grant usage on schema :schema to :reader; grant select on items to :reader',
    sql: 'alter table items enable row level security; create policy few on items using (id < 3)',
    between: { drift: { DRIFT_ROWS_FILTERED: 'told' }, rows: `${rowsOf('items')} where id < 3` },
    during: {},
  },
]

/** Kinds of changes under the policies that are not the default. */
export const POLICY_KINDS: readonly DriftKind[] = [
  ...FOLLOWING.map((kind) => ({ ...kind, policy: 'evolve' as const })),
  ...REPORTING.map((kind) => ({ ...kind, policy: 'report' as const })),
]
