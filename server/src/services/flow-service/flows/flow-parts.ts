import { asText } from '#kit/as-text.ts'
import { isObject, type JsonObject } from '#kit/json.ts'
import { VERIFY_LEVELS, type VerifyLevel } from '#kit/verify-level.ts'

/** The column that says when a row changed, as `Copy` names it. */
export interface DeltaColumn {
  readonly name: string
  readonly dateFormat?: string | undefined
  readonly timezone?: string | undefined
}

/** A mapping set as `Mapping` names it; without a version the newest is meant. */
export interface MappingReference {
  readonly id: string
  readonly version?: number | undefined
}

export interface IngestionOptions {
  readonly errorDiagnosticsEnabled: boolean
  /** Failed records up to this percentage leave the run a success; `undefined`: none may fail. */
  readonly partialIngestionPercent?: number | undefined
  /** How runs prove what they have written; that of the server when absent. */
  readonly verify?: VerifyLevel | undefined
}

/** The parameters of the first transformation of that name; a tutorial leaves two mappings in a flow. */
export function transformationParams(
  transformations: unknown,
  name: 'Copy' | 'Mapping',
): JsonObject | undefined {
  if (!Array.isArray(transformations)) return undefined
  const found = transformations.find((item) => isObject(item) && item['name'] === name)
  const params: unknown = isObject(found) ? found['params'] : undefined
  return isObject(params) ? (params as JsonObject) : undefined
}

/** The delta column of a `Copy`; a plain text is taken as its name. */
export function readDeltaColumn(value: unknown): DeltaColumn | undefined {
  if (typeof value === 'string' && value !== '') return { name: value }
  if (!isObject(value) || typeof value['name'] !== 'string' || value['name'] === '') return undefined
  return {
    name: value['name'],
    dateFormat: textOrNothing(value['dateFormat']),
    timezone: textOrNothing(value['timezone']),
  }
}

function textOrNothing(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}

/** The delta column of a flow's transformations. */
export function deltaColumnOf(transformations: unknown): DeltaColumn | undefined {
  return readDeltaColumn(transformationParams(transformations, 'Copy')?.['deltaColumn'])
}

/** The mapping set of a flow's transformations. A version comes as number or text. */
export function mappingOf(transformations: unknown): MappingReference | undefined {
  const params = transformationParams(transformations, 'Mapping')
  const id = params?.['mappingId']
  if (typeof id !== 'string' || id === '') return undefined
  const version = params?.['mappingVersion']
  return {
    id,
    version:
      version === undefined || version === null || version === '' ? undefined : Number(asText(version)),
  }
}

/** A flow's `options` with text read as what it spells. Diagnostics come with partial ingestion. */
export function ingestionOptionsOf(options: unknown): IngestionOptions {
  const given = isObject(options) ? options : {}
  const percent = given['partialIngestionPercent']
  const partialIngestionPercent =
    percent === undefined || percent === null ? undefined : Number(asText(percent))
  const wanted = asText(given['errorDiagnosticsEnabled']).toLowerCase() === 'true'
  const verify = VERIFY_LEVELS.find((level) => level === given['verify'])
  return {
    errorDiagnosticsEnabled: wanted || partialIngestionPercent !== undefined,
    partialIngestionPercent,
    verify,
  }
}

/** Names of the columns that a source connection selects; `undefined` for all of them. */
export function selectedColumnsOf(params: unknown): readonly string[] | undefined {
  const columns: unknown = isObject(params) ? params['columns'] : undefined
  if (!Array.isArray(columns) || columns.length === 0) return undefined
  return columns.flatMap((column) =>
    isObject(column) && typeof column['name'] === 'string' ? [column['name']] : [],
  )
}
