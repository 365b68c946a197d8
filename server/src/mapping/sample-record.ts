import type { ColumnType } from '#columns/column-type.ts'
import { ConversionProblem } from './conversion-problem.ts'
import { convertValue } from './conversions.ts'
import {
  DateValue,
  formatTimeOfDay,
  INFINITY_MICROS,
  MINUS_INFINITY_MICROS,
  parseTimeOfDay,
} from './dates.ts'
import type { SourceColumn } from './mapping-plan.ts'
import type { Value, ValueMap } from './values.ts'

/** A value of a preview of a source: numbers where JSON has an equal, PostgreSQL's text otherwise. */
export type SampleValue = string | number | boolean

/** The row of a preview as expressions see a row of a run: every column, in its own type. */
export function recordOfSample(
  columns: readonly SourceColumn[],
  row: Readonly<Record<string, SampleValue>>,
): ValueMap {
  return new Map(columns.map(({ name, type }) => [name, typed(row[name], type)]))
}

function typed(value: SampleValue | undefined, type: ColumnType): Value {
  if (value === undefined) return null
  switch (type.kind) {
    case 'double':
      return Number(value)
    case 'float':
      return Math.fround(Number(value))
    case 'time':
      return formatTimeOfDay(parseTimeOfDay(String(value)) ?? 0n)
    case 'date':
    case 'timestamp':
    case 'timestamptz':
      return infinite(value, type) ?? converted(value, type)
    case 'decimal':
      return value === 'NaN' || value === 'Infinity' || value === '-Infinity'
        ? Number.NaN
        : converted(value, type)
    case 'string':
    case 'binary':
    case 'uuid':
    case 'boolean':
      return value
    default:
      return converted(value, type)
  }
}

function infinite(value: SampleValue, { kind }: ColumnType): DateValue | undefined {
  if (value === 'infinity') return new DateValue(INFINITY_MICROS, kind === 'date')
  return value === '-infinity' ? new DateValue(MINUS_INFINITY_MICROS, kind === 'date') : undefined
}

/** What the rules of conversion can't read, such as a year before Christ, stays as PostgreSQL writes it. */
function converted(value: SampleValue, type: ColumnType): Value {
  const result = convertValue(value, type, { inexactCount: 0 })
  return result instanceof ConversionProblem ? value : result
}
