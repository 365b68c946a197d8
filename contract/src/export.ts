import { type Static, Type } from 'typebox'
import { THESE } from './catalog-ids.ts'
import { AnyObject, Count, OPEN } from './schema-parts.ts'

/** Requests and answers of Data Access: the files of batches. Numbers come as texts. */

export const BatchPath = Type.Object({
  id: Type.String({ description: 'Id of the batch', examples: [THESE.batch] }),
})
export const FilePath = Type.Object({
  id: Type.String({ description: 'Id of the file: `{batch id}-{n}`', examples: [THESE.file] }),
})
export const DatasetPath = Type.Object({
  id: Type.String({ description: 'Id of the dataset', examples: [THESE.dataset] }),
})

const PAGING = {
  start: Count('How many entries to leave out at the beginning', { minimum: 0, default: 0 }),
  limit: Count('How many entries to return', { minimum: 1, maximum: 100, default: 100 }),
}

export const FilesQuery = Type.Object(PAGING, OPEN)

export const ContentQuery = Type.Object(
  {
    ...PAGING,
    path: Type.Optional(
      Type.String({ description: 'Name of the file to download; without it files are listed' }),
    ),
    range: Type.Optional(
      Type.String({
        description: 'Bytes to return, as the header `Range` says them',
        examples: ['bytes=0-99'],
      }),
    ),
  },
  OPEN,
)

export const RangeHeader = Type.Object(
  {
    range: Type.Optional(
      Type.String({
        title: 'Range',
        description: 'Bytes to return, as HTTP has it',
        examples: ['bytes=0-99'],
      }),
    ),
  },
  OPEN,
)

const Links = Type.Object({ self: Type.Object({ href: Type.String({ description: 'Absolute' }) }) })

const Page = Type.Object({
  limit: Type.Integer(),
  count: Type.Integer({ description: 'How many there are in all' }),
})

const PageLinks = Type.Object(
  {
    next: Type.Optional(Type.Object({ href: Type.String() })),
    page: Type.Object({ href: Type.String(), templated: Type.Boolean() }),
  },
  { description: 'Other pages' },
)

const BASE = 'http://127.0.0.1:8080/data/foundation/export'

const BatchFile = Type.Object(
  {
    dataSetFileId: Type.String({ examples: [THESE.file] }),
    dataSetViewId: Type.String(),
    version: Type.String(),
    created: Type.String({ description: 'Epoch milliseconds, as text' }),
    updated: Type.String({ description: 'Epoch milliseconds, as text' }),
    records: Type.String({ description: 'Rows in it, as text' }),
    size: Type.String({ description: 'Bytes, as text' }),
    isValid: Type.Boolean(),
    _links: Links,
  },
  { title: 'BatchFile', description: 'A data file of a batch' },
)

export const BatchFiles = Type.Object(
  { data: Type.Array(BatchFile), _page: Page, _links: PageLinks },
  {
    title: 'BatchFiles',
    examples: [
      {
        data: [
          {
            dataSetFileId: THESE.file,
            dataSetViewId: THESE.view,
            version: '1.0.0',
            created: '1760000000000',
            updated: '1760000000000',
            records: '998',
            size: '21000',
            isValid: true,
            _links: { self: { href: `${BASE}/files/${THESE.file}` } },
          },
        ],
        _page: { limit: 100, count: 1 },
        _links: {
          page: {
            href: `${BASE}/batches/${THESE.batch}/files?start=0&limit=100{&start,limit}`,
            templated: true,
          },
        },
      },
    ],
  },
)
export type BatchFiles = Static<typeof BatchFiles>

export const FileEntries = Type.Object(
  {
    data: Type.Array(
      Type.Object({
        name: Type.String(),
        length: Type.String({ description: 'Bytes, as text' }),
        _links: Links,
      }),
    ),
    _page: Page,
  },
  {
    title: 'FileEntries',
    description: 'Files, each with the link that downloads it',
    examples: [
      {
        data: [
          {
            name: 'part-0.parquet',
            length: '21000',
            _links: { self: { href: `${BASE}/files/${THESE.file}?path=part-0.parquet` } },
          },
        ],
        _page: { limit: 1, count: 1 },
      },
    ],
  },
)
export type FileEntries = Static<typeof FileEntries>

const Bytes = Type.Unsafe<Uint8Array>({ description: 'The bytes of the file, as they are' })

const FILE_HEADERS = {
  'content-length': Type.Integer({ description: 'How many bytes come' }),
  'accept-ranges': Type.String({ description: '`bytes`: a part can be asked for' }),
}

/** The list of files, or when a path was given, a file or the part of it that a range asks for. */
export const fileAnswers = (mediaType: string) => ({
  200: {
    description: 'The list of files, or the whole file when `path` names one',
    content: { 'application/json': { schema: FileEntries }, [mediaType]: { schema: Bytes } },
  },
  206: {
    description: 'The part of the file that was asked for',
    headers: {
      ...FILE_HEADERS,
      'content-range': Type.String({ description: 'Which part of how many bytes: `bytes 0-99/4096`' }),
    },
    content: { [mediaType]: { schema: Bytes } },
  },
})

/** What HEAD tells of a file. */
export const FileHeaders = { description: 'Size and type of the file', headers: FILE_HEADERS, content: {} }

export const Preview = Type.Object(
  { data: Type.Array(AnyObject('A record'), { maxItems: 100, description: 'The newest first' }) },
  {
    title: 'DatasetPreview',
    description: 'The newest rows of a dataset',
    examples: [{ data: [{ _acme: { id: 7, city: 'Paris' } }] }],
  },
)
export type Preview = Static<typeof Preview>
