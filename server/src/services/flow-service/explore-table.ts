import { isUtf8 } from 'node:buffer'
import type { JsonObject } from '#kit/json.ts'
import { parseFilterDocument } from '#source/postgres/filter/filter-document.ts'
import type { ConnectionTarget } from '#source/postgres/params/connection-target.ts'
import { askSource } from './check-source.ts'
import { parseFlag } from './list-query.ts'
import { FlowProblem, invalidRequest } from './problems.ts'
import { previewDocument, relationDocument } from './relation-document.ts'
import type { SourcePort } from './source-port.ts'

/** The parameters of one relation, as they arrive. */
export interface TableParameters {
  readonly object?: string | undefined
  readonly preview?: string | undefined
  readonly previewCount?: string | undefined
  readonly filters?: string | undefined
}

const DEFAULT_PREVIEW_ROWS = 100
const MAX_PREVIEW_ROWS = 1000

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
  const limit = parsePreviewCount(parameters.previewCount)
  const { profile, preview } = await askSource(signal, async (bounded) => {
    const filters = parseFilters(parameters.filters)
    return await source.previewRelation(target, object, { limit, filters, signal: bounded })
  })
  return previewDocument(profile, preview)
}

function parsePreviewCount(text: string | undefined): number {
  if (text === undefined || text === '') return DEFAULT_PREVIEW_ROWS
  if (/^\d{1,9}$/.test(text) && Number(text) > 0) return Math.min(Number(text), MAX_PREVIEW_ROWS)
  throw new FlowProblem(
    '1452-400',
    `The value ${text} is not valid for the field previewCount. Send a whole number from 1 to ${MAX_PREVIEW_ROWS}.`,
    {
      value: text,
      field: 'previewCount',
    },
  )
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
