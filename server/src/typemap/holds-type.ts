import type { ColumnType } from '#columns/column-type.ts'

/** Decimal digits of the widest value. */
const INTEGER_DIGITS = { int: 10, long: 19 } as const

/**
 * True when a field of one type takes every value of another and means the same by it. Text holds whatever can be
 * printed; a double takes every number, as near as it gets. A clock with a zone and one without are not the same.
 */
export function holdsType(field: ColumnType, value: ColumnType): boolean {
  if (field.kind === 'string') return true
  if (field.kind === 'decimal') return holdsDigits(field, value)
  if (field.kind === value.kind) return true
  switch (field.kind) {
    case 'long':
      return value.kind === 'int'
    case 'double':
      return ['int', 'long', 'float', 'decimal'].includes(value.kind)
    case 'timestamp':
    case 'timestamptz':
      return value.kind === 'date'
    default:
      return false
  }
}

function holdsDigits(
  { precision, scale }: Extract<ColumnType, { kind: 'decimal' }>,
  value: ColumnType,
): boolean {
  if (value.kind === 'decimal')
    return value.scale <= scale && value.precision - value.scale <= precision - scale
  return (value.kind === 'int' || value.kind === 'long') && INTEGER_DIGITS[value.kind] <= precision - scale
}
