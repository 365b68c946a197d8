import type { LakeField } from '#columns/column-type.ts'
import type { ResolvedSchema } from '#http/neighbours.ts'
import { rulesOfSchema } from '#mapping/field-rules.ts'
import type { LandingShape } from '#services/flow-service/dependencies.ts'
import { evolveLakeFields, LakeTypeChangeError } from '#typemap/xdm-types.ts'

/**
 * What a run would land in: the fields of the table as its schema wants them by now, and the schema's rules. A change
 * that the table can't follow is for the run to tell; until then the table counts.
 */
export function landingShape(
  fields: readonly LakeField[],
  lastColumnId: number,
  schema: ResolvedSchema | undefined,
): LandingShape {
  if (schema === undefined) return { fields, rules: undefined }
  const rules = rulesOfSchema(schema.full)
  try {
    return { fields: evolveLakeFields(fields, lastColumnId, schema.full).fields, rules }
  } catch (error) {
    if (error instanceof LakeTypeChangeError) return { fields, rules }
    throw error
  }
}
