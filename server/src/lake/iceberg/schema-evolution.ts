import { formatLakeType, isColumnType, type LakeField, type LakeType } from '#columns/column-type.ts'

/** A schema that readers of the older files of a table could not apply. */
export class SchemaEvolutionError extends Error {
  override readonly name = 'SchemaEvolutionError'
}

/**
 * Throws SchemaEvolutionError unless files written with `current` can be read with `next`: fields may be added
 * (optional ones), dropped, renamed and moved; a type may only become wider (int to long, float to double, more
 * digits of a decimal). Fields are the same if their ids are.
 */
export function assertEvolvable(current: readonly LakeField[], next: readonly LakeField[]): void {
  const known = new Map(current.map((field) => [field.id, field]))
  for (const field of next) {
    const before = known.get(field.id)
    if (!before) {
      assertOptional(field, `new field '${field.name}'`)
    } else {
      if (!before.required) {
        assertOptional(field, `field '${field.name}', optional so far,`)
      }
      assertTypeEvolvable(before.type, field.type, field.name)
    }
  }
}

function assertOptional(field: LakeField, what: string): void {
  if (field.required) {
    throw new SchemaEvolutionError(`${what} can't be required: files of the table have no value for it`)
  }
}

function assertTypeEvolvable(before: LakeType, after: LakeType, name: string): void {
  if (before.kind === 'struct' && after.kind === 'struct') {
    assertEvolvable(before.fields, after.fields)
    return
  }
  if (before.kind === 'list' && after.kind === 'list' && before.elementId === after.elementId) {
    assertTypeEvolvable(before.element, after.element, `${name}.element`)
    return
  }
  const isSameMap =
    before.kind === 'map' &&
    after.kind === 'map' &&
    before.keyId === after.keyId &&
    before.valueId === after.valueId
  if (isSameMap) {
    assertTypeEvolvable(before.key, after.key, `${name}.key`)
    assertTypeEvolvable(before.value, after.value, `${name}.value`)
    return
  }
  if (!isColumnType(before) || !isColumnType(after) || !isSameOrWider(before, after)) {
    throw new SchemaEvolutionError(
      `type of field '${name}' can't change from ${formatLakeType(before)} to ${formatLakeType(after)}`,
    )
  }
}

function isSameOrWider(before: LakeType, after: LakeType): boolean {
  if (before.kind === 'decimal' && after.kind === 'decimal') {
    return after.scale === before.scale && after.precision >= before.precision
  }
  return (
    before.kind === after.kind ||
    (before.kind === 'int' && after.kind === 'long') ||
    (before.kind === 'float' && after.kind === 'double')
  )
}
