import type { LakeField } from '#columns/column-type.ts'
import type { FindSchema } from '#http/neighbours.ts'
import type { Scope } from '#http/scope.ts'
import type { JsonObject } from '#kit/json.ts'
import { withDeadline } from '#kit/with-deadline.ts'
import { type FieldRules, rulesForRows } from '#mapping/field-rules.ts'
import type { MappingEntry } from '#mapping/mapping-plan.ts'
import { planMapping } from '#mapping/plan-mapping.ts'
import { createPreview, type MappingPreview } from '#mapping/preview-mapping.ts'
import { recordOfSample } from '#mapping/sample-record.ts'
import { readMappingSet } from './mapping-set-body.ts'
import { entriesOf } from './mapping-set-document.ts'
import { fieldsOf, getSchema, toMappingError } from './mapping-set-rules.ts'
import type { MappingSetReader } from './mapping-set-store.ts'
import { type PreviewRequest, readPreview, type WantedMapping } from './preview-body.ts'
import { invalidMappings, type MappingError, mappingSetNotFound, tooSlow } from './problems.ts'
import { readSample } from './read-sample.ts'
import type { SampleSource, SourceSample } from './source-port.ts'

export interface PreviewedRow {
  readonly data: Readonly<Record<string, unknown>>
  readonly errors: readonly MappingError[] | null
}

export interface PreviewDependencies {
  readonly findSchema: FindSchema
  readonly mappingSets: MappingSetReader
  readonly sampleSource: SampleSource
  readonly now: () => number
}

/**
 * Maps rows that come with the request, or some rows of a source, as a run would map them. A field without a value
 * is absent and its reason is among the errors of the row.
 *
 * @throws {DataPrepProblem} 400 for an unreadable body, an unknown schema, a source that can't be read or does not
 *   have the columns; 404 for a source or mapping set that isn't there
 */
export async function previewMappingSet(
  dependencies: PreviewDependencies,
  scope: Scope,
  { body, signal }: { readonly body: JsonObject; readonly signal?: AbortSignal | undefined },
): Promise<readonly PreviewedRow[]> {
  const request = readPreview(body)
  const sample =
    request.source === undefined
      ? undefined
      : await readSample(dependencies.sampleSource, scope, request.source, { limit: request.limit, signal })
  const mapping = await findMapping(dependencies, scope, request, sample)
  const records =
    sample === undefined ? request.rows.map((row) => JSON.stringify(row)) : recordsOf(sample, mapping)
  const preview = createPreview({ ...mapping, columns: sample?.columns, nowMs: dependencies.now() })
  return withDeadline(() => records.map((record) => toRow(preview(record))), PATIENCE_MS, tooSlow)
}

/** Some rows take milliseconds; an expression that does not end holds up nobody for longer. */
const PATIENCE_MS = 1_000

interface LoadedMapping {
  readonly entries: readonly MappingEntry[]
  readonly fields: readonly LakeField[]
  readonly rules: FieldRules | undefined
}

/** The mapping set of the request, or the one that is named, or that of the flow. */
async function findMapping(
  dependencies: PreviewDependencies,
  scope: Scope,
  request: PreviewRequest,
  sample: SourceSample | undefined,
): Promise<LoadedMapping> {
  const wanted = request.mapping ?? ofFlow(sample)
  const { schemaId, entries } = await loadEntries(dependencies, scope, wanted)
  const schema = await getSchema(dependencies.findSchema, scope, schemaId)
  return { entries, fields: fieldsOf(schema), rules: rulesForRows(schema) }
}

function ofFlow(sample: SourceSample | undefined): WantedMapping {
  const { mapping } = sample ?? {}
  // Refused like a body without one: where there is none, somebody has to send one.
  return mapping === undefined ? { kind: 'body', body: undefined } : { kind: 'stored', ...mapping }
}

async function loadEntries(
  { mappingSets }: PreviewDependencies,
  scope: Scope,
  wanted: WantedMapping,
): Promise<{ readonly schemaId: string; readonly entries: readonly MappingEntry[] }> {
  if (wanted.kind === 'body') {
    const input = readMappingSet(wanted.body)
    return { schemaId: input.schemaRef.id, entries: input.mappings.map(({ entry }) => entry) }
  }
  const document = await mappingSets.find(scope, wanted.id, wanted.version)
  if (document === undefined) throw mappingSetNotFound(wanted.id, wanted.version)
  return { schemaId: document.outputSchema.schemaRef.id, entries: entriesOf(document) }
}

/** The source has its columns for all rows, so that a mapping which asks for another works for none. */
function recordsOf({ columns, rows }: SourceSample, { entries, fields }: LoadedMapping) {
  const { problems } = planMapping({ entries, columns, fields })
  const errors = problems.flatMap((problem) => {
    const entry = problem.entry === undefined ? undefined : entries[problem.entry]
    return problem.severity === 'error' && entry !== undefined ? [toMappingError(problem, entry)] : []
  })
  if (errors.length > 0) throw invalidMappings(errors)
  return rows.map((row) => recordOfSample(columns, row))
}

function toRow({ data, errors }: MappingPreview): PreviewedRow {
  const told = errors.map(({ entry, destination, message }) =>
    toMappingError({ message }, entry ?? { sourceType: 'ATTRIBUTE', source: '', destination }),
  )
  return { data, errors: told.length === 0 ? null : told }
}
