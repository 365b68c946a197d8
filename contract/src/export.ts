import { Type } from 'typebox'

/** Requests and answers of Data Access: the files of batches. Numbers come as texts. */

const OPEN = { additionalProperties: true } as const

export const BatchPath = Type.Object({ id: Type.String({ description: 'Id of the batch' }) })
export const FilePath = Type.Object({ id: Type.String({ description: 'Id of the file: `{batch id}-{n}`' }) })
export const DatasetPath = Type.Object({ id: Type.String({ description: 'Id of the dataset' }) })

const Count = (minimum: number, description: string) =>
  Type.Optional(Type.Unsafe<string>({ type: ['integer', 'string'], minimum, description }))

const PAGING = {
  start: Count(0, 'How many entries to leave out at the beginning'),
  limit: Count(1, 'How many entries to return, 1 to 100; 100 when absent'),
}

export const FilesQuery = Type.Object(PAGING, OPEN)

export const ContentQuery = Type.Object(
  {
    ...PAGING,
    path: Type.Optional(
      Type.String({ description: 'Name of the file to download; without it files are listed' }),
    ),
    range: Type.Optional(
      Type.String({ description: 'Bytes to return, as the Range header says them: `bytes=0-99`' }),
    ),
  },
  OPEN,
)

const Links = Type.Object({ self: Type.Object({ href: Type.String() }) })

const Page = Type.Object({
  limit: Type.Integer(),
  count: Type.Integer({ description: 'How many there are in all' }),
})

const PageLinks = Type.Object(
  {
    next: Type.Optional(Type.Object({ href: Type.String() })),
    page: Type.Object({ href: Type.String(), templated: Type.Boolean() }),
  },
  OPEN,
)

export const BatchFiles = Type.Object({
  data: Type.Array(
    Type.Object({
      dataSetFileId: Type.String(),
      dataSetViewId: Type.String(),
      version: Type.String(),
      created: Type.String(),
      updated: Type.String(),
      records: Type.String(),
      size: Type.String(),
      isValid: Type.Boolean(),
      _links: Links,
    }),
  ),
  _page: Page,
  _links: PageLinks,
})

export const FileEntries = Type.Object({
  data: Type.Array(Type.Object({ name: Type.String(), length: Type.String(), _links: Links })),
  _page: Page,
  _links: Type.Optional(PageLinks),
})

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

export const Preview = Type.Object({
  data: Type.Array(Type.Object({}, OPEN), { description: 'Up to 100 rows' }),
})
