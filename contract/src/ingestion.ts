import { type Static, Type } from 'typebox'
import { THESE } from './catalog-ids.ts'
import { Count, OPEN, Words } from './schema-parts.ts'

/** Requests and answers of batch ingestion: files that clients upload into datasets. */

export const UPLOAD_FORMATS = ['json', 'csv', 'parquet'] as const

const Character = (description: string, example: string) =>
  Type.Optional(Type.String({ minLength: 1, maxLength: 1, description, examples: [example] }))

export const InputFormat = Type.Object(
  {
    format: Type.String({
      pattern: '^([jJ][sS][oO][nN]|[cC][sS][vV]|[pP][aA][rR][qQ][uU][eE][tT])$',
      description: '`json`, `csv` or `parquet`, in any case',
      examples: ['json'],
    }),
    isMultiLineJson: Type.Optional(
      Type.Boolean({ description: 'A file is one JSON array of records, or records over several lines' }),
    ),
    delimiter: Character('Between the values of a row of CSV; a comma when absent', ';'),
    quote: Character('Around a value of CSV that has delimiters or line ends in it; `"` when absent', '"'),
    escape: Character('Before a quote in a quoted value; the quote itself, doubled, when absent', '\\'),
  },
  {
    ...OPEN,
    title: 'InputFormat',
    description: 'What the files of a batch are',
    examples: [{ format: 'json' }],
  },
)

const Replay = Type.Object(
  {
    predecessors: Type.Optional(
      Type.Array(Type.String(), {
        maxItems: 1000,
        description: 'Ids of batches of the same dataset; a `$` before an id is passed over',
        examples: [[`$${THESE.batch}`]],
      }),
    ),
    reason: Type.Optional(Words(['replace'], { description: 'Why: their rows make room for the new ones' })),
  },
  { ...OPEN, title: 'Replay', description: 'Batches that a batch takes the place of when it succeeds' },
)

const Percent = (description: string) =>
  Type.Optional(Type.Number({ minimum: 0, maximum: 100, description, examples: [5] }))

const SOME_UPLOAD = { datasetId: THESE.dataset, inputFormat: { format: 'json' } } as const

export const NewUpload = Type.Object(
  {
    datasetId: Type.String({ description: 'Where the rows go', examples: [THESE.dataset] }),
    inputFormat: InputFormat,
    externalId: Type.Optional(Type.String({ maxLength: 1000, description: 'An id of your own' })),
    replay: Type.Optional(Replay),
    tags: Type.Optional(
      Type.Record(Type.String(), Type.Array(Type.String()), {
        description: 'Names and texts of your own',
        examples: [{ source: ['warehouse'] }],
      }),
    ),
    enableErrorDiagnostics: Type.Optional(
      Type.Boolean({
        description:
          'Records that are set aside can be looked at; on by itself when some of them are tolerated',
      }),
    ),
    partialIngestionPercent: Percent(
      'The share of records that may have errors before the batch fails; none may when absent',
    ),
    partialIngestionPercentage: Percent('Another spelling of `partialIngestionPercent`'),
  },
  { ...OPEN, title: 'NewUpload', description: 'A batch to upload files into', examples: [SOME_UPLOAD] },
)
export type NewUpload = Static<typeof NewUpload>

export const BATCH_ACTIONS = ['COMPLETE', 'ABORT', 'FAIL', 'REVERT'] as const
export type BatchAction = (typeof BATCH_ACTIONS)[number]

export const ActionQuery = Type.Object(
  {
    action: Type.String({
      pattern:
        '^([cC][oO][mM][pP][lL][eE][tT][eE]|[aA][bB][oO][rR][tT]|[fF][aA][iI][lL]|[rR][eE][vV][eE][rR][tT])$',
      description:
        '`COMPLETE`: all files have come, make rows of them. `ABORT`: none are wanted any more. `FAIL`: they are wrong. `REVERT`: take the rows out again. In any case.',
      examples: ['COMPLETE'],
    }),
  },
  OPEN,
)

export const FILE_ACTIONS = ['INITIALIZE', 'COMPLETE'] as const
export type FileAction = (typeof FILE_ACTIONS)[number]

export const FileActionQuery = Type.Object(
  {
    action: Type.String({
      pattern: '^([iI][nN][iI][tT][iI][aA][lL][iI][zZ][eE]|[cC][oO][mM][pP][lL][eE][tT][eE])$',
      description: '`INITIALIZE`: pieces will come. `COMPLETE`: all of them have come. In any case.',
      examples: ['INITIALIZE'],
    }),
  },
  OPEN,
)

export const UploadPath = Type.Object({
  batchId: Type.String({ description: 'Id of the batch', examples: [THESE.batch] }),
})

export const UploadDatasetPath = Type.Object({
  batchId: Type.String({ description: 'Id of the batch', examples: [THESE.batch] }),
  datasetId: Type.String({ description: 'Id of its dataset', examples: [THESE.dataset] }),
})

export const UploadFilePath = Type.Object({
  batchId: Type.String({ description: 'Id of the batch', examples: [THESE.batch] }),
  datasetId: Type.String({ description: 'Id of its dataset', examples: [THESE.dataset] }),
  path: Type.String({
    description: 'What you call the file; may have folders in it',
    examples: ['orders.json'],
  }),
})

export const ContentRangeHeader = Type.Object(
  {
    'content-range': Type.Optional(
      Type.String({
        title: 'Content-Range',
        description: 'Which bytes of the file these are, both ends included',
        examples: ['bytes 0-1048575/*'],
      }),
    ),
  },
  OPEN,
)

export const FileBytes = Type.Unsafe<Uint8Array>({
  type: 'string',
  format: 'binary',
  description: 'The bytes of the file, or of a piece of it',
  examples: ['{"_id": "1"}\n'],
})

export const UploadedFile = Type.Object(
  {
    path: Type.String({ examples: ['orders.json'] }),
    state: Words(['open', 'complete'], { description: '`open` while pieces of it may come' }),
    sizeBytes: Type.Integer({ description: 'Of what has come so far' }),
  },
  {
    title: 'UploadedFile',
    description: 'A file of a batch',
    examples: [{ path: 'orders.json', state: 'open', sizeBytes: 1048576 }],
  },
)
export type UploadedFile = Static<typeof UploadedFile>

export const MAX_PREVIEW_ROWS = 10

export const PreviewQuery = Type.Object(
  {
    format: Type.Optional(
      Type.String({
        description: 'What the files are; the format of the batch when absent',
        examples: ['json'],
      }),
    ),
    delimiter: Character('Of CSV', ';'),
    quote: Character('Of CSV', '"'),
    escape: Character('Of CSV', '\\'),
    nrow: Count('How many rows to show; 0 shows the columns alone', {
      minimum: 0,
      maximum: MAX_PREVIEW_ROWS,
      default: 5,
    }),
  },
  OPEN,
)

export const UploadPreview = Type.Object(
  {
    formatParams: Type.Record(Type.String(), Type.Unknown(), { description: 'How the files were read' }),
    preview: Type.Object({
      columns: Type.Array(
        Type.Object({
          cid: Type.String({ description: 'What the column is called in the rows' }),
          name: Type.String({ description: 'Names of fields with slashes between them' }),
        }),
      ),
      rows: Type.Array(Type.Record(Type.String(), Type.Unknown()), { description: 'Values by column' }),
    }),
  },
  {
    title: 'UploadPreview',
    description: 'The first records of what was uploaded so far',
    examples: [
      {
        formatParams: { format: 'json' },
        preview: { columns: [{ cid: '1', name: 'person/name' }], rows: [{ '1': 'Ada' }] },
      },
    ],
  },
)
export type UploadPreview = Static<typeof UploadPreview>
