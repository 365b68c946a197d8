import { findTimeZone, type TimeZone } from '#mapping/time-zones.ts'
import { quoteIdentifier, quoteLiteral } from '#source/postgres/sql/quote.ts'
import type { PostgresColumnType } from '#typemap/postgres-types.ts'
import { readTextTime, type TextTime } from './text-time.ts'

/** What is said of the column that tells when a row changed. */
export interface DeltaOptions {
  /** Of a column of text: a pattern such as `yyyy-MM-dd HH:mm:ss`. */
  readonly dateFormat?: string | undefined
  /** Of a column whose values have no zone; UTC when absent. */
  readonly timezone?: string | undefined
}

/** How the values of a column are compared with moments. */
export interface DeltaOrder {
  /** SQL that is compared. */
  readonly key: string
  /** SQL that is true of values which tell a time; absent when all but NULL do. */
  readonly tellsTime: string | undefined
  /** SQL of the first value that is not before a moment. */
  literalAt(ms: number): string
}

/** The column can't tell time order, or not as it is told to. The message is for the user. */
export class DeltaColumnError extends Error {
  override readonly name = 'DeltaColumnError'
  readonly member: 'name' | keyof DeltaOptions

  constructor(member: 'name' | keyof DeltaOptions, message: string) {
    super(message)
    this.member = member
  }
}

/** @throws DeltaColumnError */
export function deltaOrderOf(
  { name, type }: { readonly name: string; readonly type: PostgresColumnType },
  { dateFormat, timezone }: DeltaOptions,
): DeltaOrder {
  const key = quoteIdentifier(name)
  const zone = zoneOf(timezone)
  const wall = (ms: number): number => (zone === undefined ? ms : latestSafeWallTime(zone, ms))
  switch (type.columnType.kind) {
    case 'timestamptz':
      return { key, tellsTime: undefined, literalAt: (ms) => `${quoteLiteral(isoOf(ms))}::timestamptz` }
    case 'timestamp':
      return {
        key,
        tellsTime: undefined,
        literalAt: (ms) => `${quoteLiteral(isoOf(wall(ms)).replace('Z', ''))}::timestamp`,
      }
    case 'date':
      // A date is its midnight: the first midnight that is not before the moment.
      return {
        key,
        tellsTime: undefined,
        literalAt: (ms) => `${quoteLiteral(isoOf(Math.ceil(wall(ms) / DAY_MS) * DAY_MS).slice(0, 10))}::date`,
      }
    default: {
      const form = textTimeOf(name, type, dateFormat)
      return { ...compareTexts(key, form), literalAt: (ms) => quoteLiteral(form.keyAt(wall(ms))) }
    }
  }
}

function isoOf(ms: number): string {
  return new Date(ms).toISOString()
}

const DAY_MS = 86_400_000

function zoneOf(timezone: string | undefined): TimeZone | undefined {
  if (timezone === undefined) return undefined
  const zone = findTimeZone(timezone)
  if (zone !== undefined) return zone
  throw new DeltaColumnError(
    'timezone',
    `The time zone ${JSON.stringify(timezone)} of the delta column is not known. Use UTC, an offset such as +02:00 or a name such as Europe/Paris.`,
  )
}

/**
 * What the clocks of a zone show at a moment. When they are about to be set back, it is what they will show then:
 * an hour that comes twice belongs to the window that ends it, since the values of its two halves look the same.
 */
function latestSafeWallTime(zone: TimeZone, ms: number): number {
  const wallAt = (at: number): number => at + zone.offsetSecondsAt(at) * 1000
  let earliest = wallAt(ms)
  // Clocks are set at quarters of an hour, and by an hour or two.
  const first = Math.ceil(ms / QUARTER_MS) * QUARTER_MS
  for (let at = first; at <= ms + 3 * HOUR_MS; at += QUARTER_MS) earliest = Math.min(earliest, wallAt(at))
  return earliest
}

const QUARTER_MS = 900_000
const HOUR_MS = 3_600_000

function textTimeOf(name: string, type: PostgresColumnType, dateFormat: string | undefined): TextTime {
  if (!isText(type))
    throw new DeltaColumnError(
      'name',
      `The delta column ${name} is ${type.typeName}, which has no time order.`,
    )
  if (dateFormat === undefined) {
    throw new DeltaColumnError(
      'dateFormat',
      `The delta column ${name} is ${type.typeName}. Say with dateFormat how its texts tell the time, for example yyyy-MM-dd HH:mm:ss.`,
    )
  }
  const form = readTextTime(dateFormat)
  if (form !== undefined) return form
  throw new DeltaColumnError(
    'dateFormat',
    `The dateFormat ${JSON.stringify(dateFormat)} has no fixed form. Use digits alone: yyyy, MM and dd, and if wanted HH, mm, ss and S, each once, such as yyyy-MM-dd HH:mm:ss.`,
  )
}

function isText({ columnType, patternCast, literalCast, typeName }: PostgresColumnType): boolean {
  const isOne = patternCast === '' || literalCast === 'bpchar' || typeName === 'citext'
  return columnType.kind === 'string' && isOne
}

function compareTexts(column: string, { shape, places }: TextTime): Pick<DeltaOrder, 'key' | 'tellsTime'> {
  const text = `${column}::text`
  const parts = places?.map(({ from, length }) => `substr(${text}, ${from}, ${length})`)
  return {
    key: `(${parts?.join(' || ') ?? text}) collate "C"`,
    tellsTime: `translate(${text}, '0123456789', '9999999999') = ${quoteLiteral(shape)}`,
  }
}
