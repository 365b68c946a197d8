import type { ColumnFacts } from '#source/postgres/sql/read-column-facts.ts'
import type { RelationColumn } from '#source/postgres/sql/read-columns.ts'
import type { RelationIndex } from '#source/postgres/sql/read-indexes.ts'

/** A column that an incremental flow could follow. */
export interface WatermarkCandidate {
  readonly name: string
  readonly type: string
  /** `changes`: set at every write; `inserts`: set once, so updates go unseen; else the name doesn't tell. */
  readonly sees: 'changes' | 'inserts' | 'unknown'
  /** A window of it is found through an index, not by reading everything. */
  readonly isIndexed: boolean
  /** A row without a value is never in a window. */
  readonly isNotNull: boolean
  /** Flows take it as their delta column: it tells time. */
  readonly isDeltaColumn: boolean
  /** What speaks for it and against it. */
  readonly why: string
}

export interface WatermarkFacts {
  readonly columns: readonly RelationColumn[]
  readonly columnFacts: readonly ColumnFacts[]
  readonly indexes: readonly RelationIndex[]
}

const MAX_CANDIDATES = 10

/** Columns that suit incremental reading, best first. Names decide most: types can't say what a writer does. */
export function watermarkCandidates(facts: WatermarkFacts): WatermarkCandidate[] {
  return facts.columns
    .flatMap((column) => weigh(column, facts) ?? [])
    .toSorted((a, b) => b.weight - a.weight)
    .slice(0, MAX_CANDIDATES)
    .map(({ candidate }) => candidate)
}

const TIMES = new Set(['timestamptz', 'timestamp', 'date'])
const INTEGERS = new Set(['int', 'long'])

/** Words of names in which a row's changes, or only its making, leave their time; names as `lower_with_lines`. */
const CHANGE_NAME =
  /(^|_)(last|date|row|sys)?(updat|upd(_|$)|modif|mod(_|$|stamp|date|time)|chang|touch|alter|edit|writ|revis|mtime|aktualisiert|geaendert|actualiz)/
const INSERT_NAME =
  /(^|_)(date|row|sys)?(creat|insert|added|regist|occurr|happen|event|log|ingest|load|record|receiv|sent|order|placed|posted|ctime|erstellt|angelegt|ts$|timestamp)/
const COUNTER_NAME =
  /(^|_)(row_?ver(sion)?|version|revision|seq(uence)?(_?n(o|um|umber))?|lsn|scn|change_?id)$/i
const NOW_DEFAULT =
  /\b(now\(\)|current_timestamp|current_date|localtimestamp|clock_timestamp\(\)|statement_timestamp\(\))/i
const SERIAL_DEFAULT = /^nextval\(/i
/** From here on values follow the order of rows on disk, as those do that only grow. */
const GROWING_CORRELATION = 0.9

interface Weighed {
  readonly candidate: WatermarkCandidate
  readonly weight: number
}

function weigh(column: RelationColumn, facts: WatermarkFacts): Weighed | undefined {
  const { kind } = column.type.columnType
  const known = facts.columnFacts.find(({ name }) => name === column.name)
  const isTime = TIMES.has(kind)
  const isSerial = known?.generated === 'identity' || SERIAL_DEFAULT.test(known?.defaultSql ?? '')
  const name = withLines(column.name)
  const sees = seenBy(name, isSerial)
  if (!isTime && !(INTEGERS.has(kind) && (isSerial || COUNTER_NAME.test(name)))) return undefined
  const signs: Signs = {
    sees,
    isSerial,
    isIndexed: isIndexed(column.name, facts.indexes),
    isNotNull: !column.nullable,
    hasNowDefault: NOW_DEFAULT.test(known?.defaultSql ?? ''),
    isGrowing: Math.abs(known?.correlation ?? 0) >= GROWING_CORRELATION,
  }
  // A date without any other sign is somebody's birthday.
  if (kind === 'date' && sees === 'unknown' && !signs.isIndexed && !signs.hasNowDefault) return undefined
  return {
    candidate: {
      name: column.name,
      type: column.type.typeName,
      sees,
      isIndexed: signs.isIndexed,
      isNotNull: signs.isNotNull,
      isDeltaColumn: isTime,
      why: reason(signs, isTime, kind),
    },
    weight: weightOf(signs) + (KIND_WEIGHTS.get(kind) ?? 0),
  }
}

function seenBy(name: string, isSerial: boolean): WatermarkCandidate['sees'] {
  if (isSerial) return 'inserts'
  if (CHANGE_NAME.test(name) || COUNTER_NAME.test(name)) return 'changes'
  return INSERT_NAME.test(name) ? 'inserts' : 'unknown'
}

/** `lastModifiedDate` -> `last_modified_date`. */
function withLines(name: string): string {
  return name.replaceAll(/([a-z0-9])([A-Z])/g, '$1_$2').toLowerCase()
}

interface Signs {
  readonly sees: WatermarkCandidate['sees']
  readonly isSerial: boolean
  readonly isIndexed: boolean
  readonly isNotNull: boolean
  readonly hasNowDefault: boolean
  readonly isGrowing: boolean
}

const KIND_WEIGHTS: ReadonlyMap<string, number> = new Map([
  ['timestamptz', 12],
  ['timestamp', 11],
  ['date', 6],
])

/** Seeing changes outweighs all else; an index outweighs what is left. */
function weightOf({ sees, isIndexed: hasIndex, isNotNull, hasNowDefault, isGrowing }: Signs): number {
  const sight = sees === 'changes' ? 50 : sees === 'inserts' ? 20 : 0
  return sight + (hasIndex ? 20 : 0) + (isNotNull ? 8 : 0) + (hasNowDefault ? 6 : 0) + (isGrowing ? 4 : 0)
}

/** An index whose first key it is, of a kind that finds a range. */
function isIndexed(name: string, indexes: readonly RelationIndex[]): boolean {
  return indexes.some(
    ({ method, columns }) => (method === 'btree' || method === 'brin') && columns[0] === name,
  )
}

function reason(signs: Signs, isTime: boolean, kind: string): string {
  const sight = signs.isSerial
    ? 'numbers new rows, so it never sees an update'
    : {
        changes: 'named like what every write sets',
        inserts: 'named like what only an insert sets, so it may miss updates',
        unknown: 'its name does not say when it is set',
      }[signs.sees]
  const parts = [
    sight,
    signs.isIndexed ? 'indexed' : 'not indexed, so every run reads the whole table',
    signs.isNotNull ? 'never null' : 'may be null, and such rows are never read',
    ...(signs.hasNowDefault ? ['set to the current time by default'] : []),
    ...(signs.isGrowing ? ['grows along with the table'] : []),
    ...(kind === 'date' ? ['as coarse as a day'] : []),
    ...(isTime ? [] : ['a number, which flows do not take as a delta column']),
  ]
  const text = parts.join('; ')
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`
}
