import { Ajv } from 'ajv'
import addFormats from 'ajv-formats'

const strict = new Ajv({ allErrors: false, strict: false, coerceTypes: false, useDefaults: false })
// Verbose: what was given is told.
const coercing = new Ajv({
  verbose: true,
  allErrors: false,
  strict: false,
  coerceTypes: 'array',
  useDefaults: true,
})
addFormats.default(strict)
addFormats.default(coercing)

/** Bodies are taken as they are; text in a query or a path becomes the number or boolean that it spells. */
export function validatorFor(httpPart: string | undefined): Ajv {
  return httpPart === 'body' ? strict : coercing
}
