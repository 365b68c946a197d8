import { type Static, Type } from 'typebox'
import { THESE } from '../catalog-ids.ts'
import { About, AnyObject, Filled, OPEN, Uuid, Words } from '../schema-parts.ts'
import { MappingError } from './errors.ts'
import { MappingSetBody, ORDERS } from './mapping-sets.ts'

/** What a mapping set would do, without storing it. */

export const SOME_SOURCE = '9b3f0c52-6b0e-4a55-8a61-1f5a7c0d2e34'
const SOME_FLOW = '3d1c7b80-52a4-4c0f-9a38-6f0f5b2f7c11'

const ROWS = Type.Union([AnyObject('A row'), Type.Array(AnyObject('A row'), { maxItems: 1000 })], {
  description: 'One row, or an array of rows, to be mapped',
})

/** A stored mapping set, for those who do not send one. */
const MappingSetReference = Type.Object(
  {
    id: Filled('Id of a stored mapping set', { examples: [THESE.mappingSet] }),
    version: Type.Optional(Type.Integer({ minimum: 0, description: 'Its newest version when absent' })),
  },
  { ...OPEN, title: 'MappingSetReference', description: 'A stored mapping set' },
)

/** Rows that come with the request or from a source, and the mapping set to apply. */
export const PreviewBody = Type.Object(
  {
    data: Type.Optional(ROWS),
    sourceConnectionId: Type.Optional(
      Uuid('Rows of this source connection are mapped: of its table, through its row filter', SOME_SOURCE),
    ),
    flowId: Type.Optional(
      Uuid('Rows of the source of this flow are mapped, with its mapping set unless another is given'),
    ),
    limit: Type.Optional(
      Type.Integer({ minimum: 1, maximum: 100, default: 10, description: 'How many rows of a source' }),
    ),
    mappingSet: Type.Optional(Type.Union([MappingSetBody, MappingSetReference])),
  },
  {
    ...OPEN,
    title: 'MappingPreviewBody',
    description:
      'Rows, or where to read some, and the mapping set to apply: a whole one, or the id of a stored one',
    anyOf: [
      { required: ['data', 'mappingSet'] },
      { required: ['sourceConnectionId', 'mappingSet'] },
      { required: ['flowId'] },
    ],
    examples: [{ data: [{ id: 7, city: 'Paris' }], mappingSet: ORDERS }],
  },
)
export type PreviewBody = Static<typeof PreviewBody>

/** What a body of a preview may be, by name, for the documentation. */
export const PREVIEW_EXAMPLES = {
  rows: { summary: 'Rows of the request', value: { data: [{ id: 7, city: 'Paris' }], mappingSet: ORDERS } },
  source: {
    summary: 'Rows of a source connection',
    value: { sourceConnectionId: SOME_SOURCE, limit: 5, mappingSet: ORDERS },
  },
  flow: { summary: 'Rows of a flow, as its runs map them', value: { flowId: SOME_FLOW } },
} as const

const ErrorsOrNull = Type.Union([Type.Array(MappingError), Type.Null()], {
  description: 'null when there are none',
})

const Validity = Type.Object(
  { status: Words(['SUCCESS', 'FAILED']), errors: ErrorsOrNull },
  { title: 'MappingValidity', description: 'Whether one mapping would work' },
)

export const ValidationResponse = Type.Object(
  { validationResponse: Type.Array(Validity, { description: 'One for each mapping, in their order' }) },
  {
    title: 'MappingValidation',
    description: 'Whether a mapping set could be made',
    examples: [{ validationResponse: [{ status: 'SUCCESS', errors: null }] }],
  },
)
export type ValidationResponse = Static<typeof ValidationResponse>

const PreviewedRow = Type.Object(
  {
    data: AnyObject('The record; fields without a value are left out'),
    errors: About(ErrorsOrNull, 'Why fields of this row have no value'),
  },
  { title: 'MappingPreview', description: 'What became of one row' },
)

export const PreviewResponse = Type.Array(PreviewedRow, {
  description: 'One for each row',
  examples: [[{ data: { _acme: { id: 7, city: 'PARIS' } }, errors: null }]],
})
export type PreviewResponse = Static<typeof PreviewResponse>
