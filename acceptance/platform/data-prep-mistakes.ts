import type { Answer } from '@headwater/testkit/api-client.ts'
import { corrected, type Mistake } from '../conformance/reference-mistakes.ts'

const schema = (...way: readonly string[]) => ['components', 'schemas', ...way]
const answer = (path: string, method: string) => [
  ...['paths', path, method, 'responses', '200', 'content', 'application/json', 'schema'],
]

const refTo = (name: string) => ({ $ref: `#/components/schemas/${name}` })

/** Times are epoch milliseconds in every example. */
const TIMES = ['SimpleRepresentation', 'SchemaRepresentation', 'MappingSet', 'MappingOperation'].flatMap(
  (name) =>
    ['createdDate', 'modifiedDate'].map((member) => ({
      at: schema(name, 'properties', member),
      instead: { type: 'integer' },
      because: 'its examples have epoch milliseconds',
    })),
)

/** Where the reference of Data Prep contradicts its own examples and guides. */
export const DATA_PREP_MISTAKES: readonly Pick<Mistake, 'at' | 'instead' | 'because'>[] = [
  ...TIMES,
  {
    at: schema('MappingOperation', 'properties', 'sourceType'),
    instead: { enum: ['ATTRIBUTE', 'EXPRESSION', 'STATIC', 'text/x.schema-path', 'text/x.aep-xl'] },
    because: 'its example of a stored set has text/x.schema-path',
  },
  {
    at: schema('ValidationResponse', 'properties', 'errors'),
    instead: { type: ['array', 'null'], items: refTo('TransformErrorInfo') },
    because: 'its example has null where nothing is wrong',
  },
  {
    at: schema('PreviewResponse', 'properties', 'errors'),
    instead: { type: ['array', 'null'], items: refTo('TransformErrorInfo') },
    because: 'the guide has null where nothing is wrong',
  },
  {
    at: answer('/mappingSets/preview', 'post'),
    instead: { type: 'array', items: refTo('PreviewResponse') },
    because: 'the guide sends and gets an array of rows',
  },
  {
    at: answer('/mappingSets/{MAPPING_SET_ID}/mappings', 'get'),
    instead: { type: 'array', items: refTo('MappingOperation') },
    because: 'the guide shows a list of mappings',
  },
  {
    at: answer('/languages/el/validate', 'post'),
    instead: {
      type: 'object',
      required: ['validationStatus', 'error'],
      properties: { validationStatus: { enum: ['succeeded', 'failed'] }, error: { type: 'string' } },
    },
    because: 'the guide shows this object, and what is wrong would have no place in a boolean',
  },
]

/** The reference of Data Prep without what is wrong in it. */
export function correctedDataPrep(document: Answer): Answer {
  return corrected(document, DATA_PREP_MISTAKES)
}
