import { isUtf8 } from 'node:buffer'
import type { JsonObject } from '#kit/json.ts'
import { askSource } from '#services/flow-service/connections/check-source.ts'
import { parseCount, parseFlag } from '#services/flow-service/lists/list-query.ts'
import { invalidRequest } from '#services/flow-service/problems.ts'
import type { SourcePort } from '#services/flow-service/source-port.ts'
import { parseFilterDocument } from '#source/postgres/filter/filter-document.ts'
import type { ConnectionTarget } from '#source/postgres/params/connection-target.ts'
import { previewDocument, relationDocument } from './relation-document.ts'

/** The parameters of one relation, as they arrive. */
export interface TableParameters {
  readonly object?: string | undefined
  readonly preview?: string | undefined
  readonly previewCount?: string | undefined
  readonly filters?: string | undefined
}

export const DEFAULT_PREVIEW_ROWS = 100
export const MAX_PREVIEW_ROWS = 1000

/** Describes one table or view, with some of its rows if wanted. */
export async function exploreTable(
  source: SourcePort,
  target: ConnectionTarget,
  parameters: TableParameters,
  signal: AbortSignal,
): Promise<JsonObject> {
  const { object } = parameters
  if (object === undefined || object.trim() === '') {
    throw invalidRequest(
      'object is missing. Send the path of a table or view as the root lists it.',
      'object',
    )
  }
  if (!parseFlag(parameters.preview, 'preview')) {
    const profile = await askSource(signal, (bounded) =>
      source.profileRelation(target, object, { signal: bounded }),
    )
    return relationDocument(profile)
  }
  const limit = parseCount(parameters.previewCount, 'previewCount', MAX_PREVIEW_ROWS) ?? DEFAULT_PREVIEW_ROWS
  const { profile, preview } = await askSource(signal, async (bounded) => {
    const filters = parseFilters(parameters.filters)
    return await source.previewRelation(target, object, { limit, filters, signal: bounded })
  })
  return previewDocument(profile, preview)
}

const BASE64 = /^[A-Za-z0-9+/_-]*={0,2}$/

/** Base64 in either alphabet, padded or not; a plus that was not encoded is a blank by now, and the docs' example ends with a stray backslash. */
function parseFilters(text: string | undefined): unknown {
  if (text === undefined || text.trim() === '') return undefined
  const base64 = text.trim().replaceAll(' ', '+').replace(/\\+$/, '')
  const decoded = BASE64.test(base64) ? Buffer.from(base64, 'base64') : undefined
  if (decoded === undefined || !isUtf8(decoded)) {
    throw invalidRequest('filters is not Base64. Send the Base64 form of a row filter.', 'filters')
  }
  return parseFilterDocument(decoded.toString('utf8'))
}
