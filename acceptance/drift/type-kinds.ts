import type { DriftKind } from './kind.ts'
import { rowsOf } from './scenario-table.ts'

const STOPS = { code: 'DRIFT_COLUMN_TYPE', drift: { DRIFT_COLUMN_TYPE: 'stopped' } } as const
const TELLS = { drift: { DRIFT_COLUMN_TYPE: 'told' } } as const

/** Columns of another type: stopped where the field does not hold all of its values. */
const RETYPED: readonly DriftKind[] = (
  [
    ['integer-to-bigint', 'integer becomes bigint', 'n type bigint', STOPS],
    ['real-to-double', 'real becomes double precision', 'ratio type double precision', STOPS],
    ['precision-grows', 'numeric gets more digits', 'price type numeric(14, 2)', STOPS],
    ['scale-changes', 'numeric gets another scale', 'price type numeric(12, 4)', STOPS],
    ['precision-dropped', 'numeric loses its bounds', 'price type numeric', STOPS],
    ['varchar-grows', 'varchar takes longer texts', 'label type varchar(40)', TELLS],
    ['varchar-shrinks', 'varchar takes shorter texts only', 'label type varchar(10)', TELLS],
    ['bigint-to-integer', 'bigint becomes integer', 'id type integer', TELLS],
    ['bigint-to-text', 'bigint becomes text', 'id type text', STOPS],
    ['text-to-integer', 'varchar becomes integer', 'label type integer using length(label)', TELLS],
    ['zone-added', 'timestamp becomes timestamptz', `at type timestamptz using at at time zone 'UTC'`, STOPS],
    ['date-to-timestamp', 'date becomes timestamp', 'born type timestamp', STOPS],
    ['enum-to-text', 'an enum becomes text', 'feeling type text using feeling::text', TELLS],
    ['elements-widened', 'the elements of an array become bigint', 'tags type bigint[]', STOPS],
    ['array-to-text', 'an array becomes text', 'tags type text', STOPS],
    ['domain-to-text', 'a domain becomes its base type', 'code type text', TELLS],
  ] as const
).map(([id, change, how, between]) => ({
  id,
  change,
  sql: `alter table items alter column ${how}`,
  between,
  during: {},
}))

/** Types that change under their columns; nobody who reads holds them. */
export const TYPE_KINDS: readonly DriftKind[] = [
  ...RETYPED,
  {
    id: 'enum-value-added',
    change: 'an enum gets a value',
    sql: `alter type mood add value 'glad'`,
    between: { drift: { DRIFT_ENUM_VALUE_ADDED: 'told' } },
    during: { hold: 'before', isFree: true },
  },
  {
    id: 'enum-value-renamed',
    change: 'a value of an enum is renamed',
    sql: `alter type mood rename value 'calm' to 'quiet'`,
    between: { drift: { DRIFT_ENUM_VALUE_RENAMED: 'told' } },
    // The rows hold numbers; the server has the names, and those of now.
    during: { hold: 'before', isFree: true, rows: rowsOf('items') },
  },
  {
    id: 'enum-recreated',
    change: 'an enum is made again with other values',
    sql: `
      alter type mood rename to old_mood;
      create type mood as enum ('calm', 'glad');
      alter table items alter column feeling type mood using 'glad'`,
    between: { drift: { DRIFT_ENUM_VALUE_ADDED: 'told', DRIFT_ENUM_VALUE_REMOVED: 'told' } },
    during: {},
  },
  {
    id: 'part-added',
    change: 'a composite type gets an attribute',
    sql: 'alter type place add attribute country text',
    between: TELLS,
    // No lock holds the parts of a type: the run looks again before it commits, and starts over.
    during: { hold: 'before', isFree: true, ...TELLS },
  },
  {
    id: 'part-renamed',
    change: 'an attribute of a composite type is renamed',
    sql: 'alter type place rename attribute street to road',
    between: STOPS,
    during: { hold: 'before', isFree: true, ...STOPS },
  },
  {
    id: 'part-dropped',
    change: 'an attribute of a composite type is dropped',
    sql: 'alter type place drop attribute street',
    between: STOPS,
    during: { hold: 'before', isFree: true, ...STOPS },
  },
  {
    id: 'domain-altered',
    change: 'a domain gets a constraint',
    sql: 'alter domain code add constraint short check (length(value) < 9)',
    between: { drift: { DRIFT_DOMAIN_ALTERED: 'told' } },
    during: { hold: 'before', isFree: true },
  },
  {
    id: 'domain-not-null',
    change: 'a domain forbids NULL',
    sql: 'alter domain code set not null',
    between: { drift: { DRIFT_DOMAIN_ALTERED: 'told' } },
    during: { hold: 'before', isFree: true },
  },
]
