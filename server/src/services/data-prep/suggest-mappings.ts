import { type ColumnType, isColumnType, parseColumnType } from '#columns/column-type.ts'
import type { FindSchema } from '#http/neighbours.ts'
import type { Scope } from '#http/scope.ts'
import { asText } from '#kit/as-text.ts'
import { isObject, type JsonObject } from '#kit/json.ts'
import { recordOfSample } from '#mapping/sample-record.ts'
import { type ColumnToMap, suggestMapping } from '#mapping/suggestions/suggest-mapping.ts'
import { LakeTypeUnknownError, lakeFieldsOfXdm, type XdmNode } from '#typemap/xdm-types.ts'
import { readSchemaRef } from './mapping-set-body.ts'
import { fieldsOf, getSchema } from './mapping-set-rules.ts'
import { readSource } from './preview-body.ts'
import { badRequest } from './problems.ts'
import { readSample } from './read-sample.ts'
import type { SampleSource } from './source-port.ts'

export interface SuggestDependencies {
  readonly findSchema: FindSchema
  readonly sampleSource: SampleSource
}

/** So many rows show whether text is in truth a number or a date. */
const SAMPLE_ROWS = 100
/** PostgreSQL's own bound. */
const MAX_COLUMNS = 1_600

/**
 * Finds fields for the columns of a source by name and type: a mapping set that can be made as it is.
 *
 * @throws {DataPrepProblem} 400 for an unreadable body, an unknown schema, a source that can't be read; 404 for a
 *   source that isn't there
 */
export async function suggestMappings(
  { findSchema, sampleSource }: SuggestDependencies,
  scope: Scope,
  { body, signal }: { readonly body: JsonObject; readonly signal?: AbortSignal | undefined },
) {
  const { id, contentType } = readSchemaRef(body)
  const source = readSource({ sourceConnectionId: body['sourceConnectionId'] })
  const given = source === undefined ? readColumns(body['columns']) : undefined
  const schema = await getSchema(findSchema, scope, id)
  const fields = fieldsOf(schema)
  const columns =
    given ??
    sampledColumns(
      await readSample(sampleSource, scope, source ?? noColumns(), { limit: SAMPLE_ROWS, signal }),
    )
  const { mappings, unmapped } = suggestMapping(columns, fields)
  return {
    outputSchema: { schemaRef: { id: schema.id, contentType } },
    mappings: mappings.map((mapping) => ({ sourceType: 'ATTRIBUTE', ...mapping })),
    unmapped,
  }
}

function sampledColumns({ columns, rows }: Awaited<ReturnType<typeof readSample>>): ColumnToMap[] {
  const records = rows.map((row) => recordOfSample(columns, row))
  return columns.map(({ name, type }) => ({
    name,
    type,
    values: records.map((record) => record.get(name) ?? null),
  }))
}

function readColumns(columns: unknown): ColumnToMap[] {
  if (!Array.isArray(columns)) return noColumns()
  if (columns.length > MAX_COLUMNS)
    throw badRequest(`There are ${columns.length} columns; at most ${MAX_COLUMNS} can be mapped at once.`)
  return columns.map((column: unknown, index): ColumnToMap => {
    const name = isObject(column) ? column['name'] : undefined
    if (!isObject(column) || typeof name !== 'string' || name === '')
      throw badRequest(`Column ${index} has no 'name'. Send columns as exploring a table lists them.`)
    return { name, type: typeOfColumn(column, name) }
  })
}

function noColumns(): never {
  throw badRequest(
    "The columns are missing. Send 'columns', as exploring a table lists them, or 'sourceConnectionId'.",
  )
}

/** `undefined` for a column with parts, which no field of one value can take. */
function typeOfColumn(column: Record<string, unknown>, name: string): ColumnType | undefined {
  const { xdm, type } = column
  if (isObject(xdm)) return typeOfXdm(readXdm(xdm, name))
  if (type === undefined || type === null) return { kind: 'string' }
  const text = asText(type)
  const known = parseColumnType(text) ?? XDM_WORDS.get(text)
  if (known !== undefined) return known
  throw badRequest(
    `The column '${name}' has the type '${text}', which is not known. Use a type of XDM, such as integer or date-time, or of the lake, such as long or decimal(12,2).`,
  )
}

const XDM_WORDS: ReadonlyMap<string, ColumnType> = new Map([
  ['integer', { kind: 'int' }],
  ['number', { kind: 'double' }],
  ['date-time', { kind: 'timestamptz' }],
])

const XDM_TEXTS = ['type', 'format', 'meta:xdmType', 'meta:lakeType']

/** The words of a column's type; what has parts is told by its type alone. */
function readXdm(xdm: Record<string, unknown>, name: string): XdmNode {
  for (const word of XDM_TEXTS) {
    const value = xdm[word]
    if (value !== undefined && typeof value !== 'string')
      throw badRequest(
        `The column '${name}' has an 'xdm.${word}' that is no text. Send columns as exploring a table lists them.`,
      )
  }
  const bounds = ['minimum', 'maximum'].filter((bound) => typeof xdm[bound] === 'number')
  return Object.fromEntries(
    [...XDM_TEXTS, ...bounds].flatMap((word) => (xdm[word] === undefined ? [] : [[word, xdm[word]]])),
  )
}

function typeOfXdm(xdm: XdmNode): ColumnType | undefined {
  try {
    const [field] = lakeFieldsOfXdm({ properties: { column: xdm } })
    return field !== undefined && isColumnType(field.type) ? field.type : undefined
  } catch (error) {
    throw error instanceof LakeTypeUnknownError ? badRequest(`${error.message}.`) : error
  }
}
