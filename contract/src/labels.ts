import { type Static, Type } from 'typebox'
import { THESE } from './catalog-ids.ts'
import { Filled, OPEN } from './schema-parts.ts'

/** Labels of data usage: what the data of a dataset, or of a field of it, may be used for. */

export const LabelsPath = Type.Object({
  id: Type.String({ description: 'Id of the dataset', examples: [THESE.dataset] }),
})

const ETAG = {
  description:
    'The entity tag of the labels as you last read them; refused with 412 when they are others by now',
  examples: ['"ef008a00-0000-0200-0000-68e77cb00000"'],
}

export const LabelsIfMatch = Type.Object(
  { 'if-match': Type.Optional(Type.String({ title: 'LabelsIfMatch', ...ETAG })) },
  OPEN,
)

export const LABELS_HEADERS = {
  etag: Type.String({ description: 'Entity tag of the labels, for `If-Match`', examples: ETAG.examples }),
}

const Label = Type.String({
  minLength: 1,
  maxLength: 200,
  pattern: '\\S',
  description: 'Name of a label',
  examples: ['C1'],
})

const FieldLabels = Type.Object(
  {
    option: Type.Object(
      {
        id: Filled('`$id` of the schema of the dataset', { examples: [THESE.schema] }),
        contentType: Type.Optional(
          Type.String({
            description: 'Media type with the version of the schema',
            examples: ['application/vnd.adobe.xed-full+json;version=1'],
          }),
        ),
        schemaPath: Filled('Where the field is in the schema', {
          examples: ['/properties/person/properties/name'],
        }),
      },
      OPEN,
    ),
    labels: Type.Array(Label),
  },
  { ...OPEN, title: 'FieldLabels', description: 'Labels of one field' },
)

const SOME_LABELS = {
  labels: ['C1', 'C2'],
  optionalLabels: [
    {
      option: {
        id: THESE.schema,
        contentType: 'application/vnd.adobe.xed-full+json;version=1',
        schemaPath: '/properties/person/properties/name',
      },
      labels: ['I1'],
    },
  ],
} as const

/** What a client says of the labels of a dataset. */
export const LabelsBody = Type.Object(
  {
    labels: Type.Optional(Type.Array(Label, { description: 'Labels of the whole dataset' })),
    optionalLabels: Type.Optional(Type.Array(FieldLabels, { description: 'Labels of single fields' })),
  },
  { ...OPEN, title: 'DatasetLabelsBody', description: 'Labels to be set', examples: [SOME_LABELS] },
)
export type LabelsBody = Static<typeof LabelsBody>

export const Labels = Type.Object(
  { labels: Type.Array(Type.String()), optionalLabels: Type.Array(FieldLabels) },
  { title: 'DatasetLabels', description: 'Labels of a dataset and its fields', examples: [SOME_LABELS] },
)
export type Labels = Static<typeof Labels>

/** The shape of errors of the service of labels. */
export const LabelsError = Type.Object(
  {
    timestamp: Type.String({ description: 'When it happened, in ISO 8601' }),
    status: Type.String({ description: 'The HTTP status in words', examples: ['NOT_FOUND'] }),
    code: Type.String({ description: 'Stable', examples: ['PES-404'] }),
    message: Type.String({ description: 'What is wrong and what to do' }),
    path: Type.String({ description: 'What it is about' }),
  },
  { title: 'LabelsError', additionalProperties: false },
)
export type LabelsError = Static<typeof LabelsError>
