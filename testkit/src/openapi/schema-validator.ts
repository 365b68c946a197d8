import { Ajv2020 } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import { closeObjects } from './close-objects.ts'

/** What a document says of values by the names of its schemas; its open objects stay open. */
export function schemaValidator(document: object): (name: string, value: unknown) => boolean {
  const ajv = new Ajv2020({ strict: false, allowUnionTypes: true })
  addFormats.default(ajv as never)
  ajv.addFormat('password', true)
  ajv.addSchema(closeObjects(document, true), 'api')
  return (name, value) => ajv.validate({ $ref: `api#/components/schemas/${name}` }, value) as boolean
}
