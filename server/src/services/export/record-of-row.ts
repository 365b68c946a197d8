import type { LakeField, LakeType } from '#columns/column-type.ts'

type JsonRecord = Record<string, unknown>

/**
 * A row as the record that went in: it has no attribute where the table has NULL, and an object without attributes is
 * none either. Lists and maps stay as they are, since NULL and empty are two things in them.
 */
export function recordOfRow(row: Readonly<JsonRecord>, fields: readonly LakeField[]): JsonRecord {
  return attributesOf(row, fields, (value, type) => {
    const record = recordOf(value, type)
    const isNothing = type.kind === 'struct' && Object.keys(record as JsonRecord).length === 0
    return isNothing ? null : record
  })
}

function attributesOf(
  object: Readonly<JsonRecord>,
  fields: readonly LakeField[],
  convert: (value: unknown, type: LakeType) => unknown,
): JsonRecord {
  const present = fields.flatMap(({ name, type }) => {
    const value = object[name] ?? null
    const converted = value === null ? null : convert(value, type)
    return converted === null ? [] : [[name, converted] as const]
  })
  return Object.fromEntries(present)
}

function recordOf(value: unknown, type: LakeType): unknown {
  return type.kind === 'struct' ? recordOfRow(value as JsonRecord, type.fields) : partOf(value, type)
}

/** What is in a list or map. */
function partOf(value: unknown, type: LakeType): unknown {
  if (value === null || value === undefined) return null
  if (type.kind === 'struct') return attributesOf(value as JsonRecord, type.fields, partOf)
  if (type.kind === 'list') return (value as readonly unknown[]).map((item) => partOf(item, type.element))
  if (type.kind !== 'map') return value
  const entries = Object.entries(value as JsonRecord)
  return Object.fromEntries(entries.map(([key, item]) => [key, partOf(item, type.value)]))
}
