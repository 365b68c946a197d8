import type { LakeField } from '#columns/column-type.ts'
import type { InputFormat } from '#engine/task.ts'
import type { Scope } from '#http/scope.ts'
import type { JsonObject } from '#kit/json.ts'
import type { MappingEntry } from '#mapping/mapping-plan.ts'
import { formatPath } from '#mapping/paths.ts'
import { planMapping, prunedFields } from '#mapping/plan-mapping.ts'
import { currentFields } from '#runs/current-fields.ts'
import type { RunDependencies } from '#runs/dependencies.ts'
import { RunFailedError } from '#runs/run-failed-error.ts'
import { lakeTableOf } from '#services/catalog/dataset-store.ts'
import { SCHEDULER } from '#services/flow-service/runs/run-document.ts'
import type { Database } from '#store/database.ts'
import type { Import } from './import-ledger.ts'
import type { ImportPlan } from './import-plan.ts'

/** A file of the batch. */
interface Input {
  readonly path: string
  readonly sizeBytes: number
}

/**
 * Decides how the files of a batch become rows: every field of the table takes the member of a record that has its
 * name, by the very rules of mappings.
 * @throws RunFailedError with what to do
 */
export async function makeImportPlan(
  deps: RunDependencies,
  { batchId, datasetId }: Import,
): Promise<{ readonly plan: ImportPlan; readonly slices: readonly (readonly string[])[] }> {
  const { document, scope } = await loadBatch(deps.db, batchId)
  const table = await lakeTableOf(deps.db, datasetId)
  if (table === undefined) throw new RunFailedError('batch', 'The dataset of this batch has been deleted.')
  const { fields, rules, evolution } = await currentFields(deps, scope, table)
  const { plan: mapping, problems } = planMapping({ ...recordMapping(fields), fields, rules })
  const errors = problems.filter(({ severity }) => severity === 'error')
  if (errors.length > 0) throw new RunFailedError('promotion', errors.map(({ message }) => message).join(' '))
  const inputs = await listInputs(deps.db, batchId)
  const plan: ImportPlan = {
    datasetId,
    nowMs: deps.now(),
    format: formatOf(document),
    mapping,
    fields: prunedFields(mapping, fields),
    evolution,
    ...toleranceOf(document),
    inputFileCount: inputs.length,
    inputByteSize: inputs.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
    predecessors: predecessorsOf(document),
  }
  return { plan, slices: slicesOf(inputs, deps.sliceTargetBytes) }
}

async function loadBatch(
  db: Database,
  batchId: string,
): Promise<{ readonly document: JsonObject; readonly scope: Scope }> {
  const row = await db
    .selectFrom('batch')
    .innerJoin('org', 'org.id', 'batch.org_id')
    .innerJoin('sandbox', 'sandbox.id', 'batch.sandbox_id')
    .select(['batch.document', 'org.id as org_id', 'org.tenant_id'])
    .select(['sandbox.id as sandbox_id', 'sandbox.name', 'sandbox.type'])
    .where('batch.id', '=', batchId)
    .executeTakeFirstOrThrow()
  const { document, org_id: orgId, tenant_id: tenantId, sandbox_id: id, name, type } = row
  return {
    document,
    scope: { orgId, tenantId, sandbox: { id, name, type }, ...SCHEDULER, isAdmin: false, grants: [] },
  }
}

async function listInputs(db: Database, batchId: string): Promise<Input[]> {
  const rows = await db
    .selectFrom('batch_input')
    .select(['path', 'size_bytes'])
    .where('batch_id', '=', batchId)
    .where('state', '=', 'complete')
    .orderBy('path')
    .execute()
  return rows.map(({ path, size_bytes: sizeBytes }) => ({ path, sizeBytes }))
}

/** Members of records have no types of their own, so that each is converted value by value. */
function recordMapping(fields: readonly LakeField[]): {
  readonly entries: MappingEntry[]
  readonly columns: { readonly name: string; readonly type: { readonly kind: 'string' } }[]
} {
  const paths = pathsOf(fields, []).map(formatPath)
  return {
    entries: paths.map((path) => ({ sourceType: 'ATTRIBUTE', source: path, destination: path })),
    columns: fields.map(({ name }) => ({ name, type: { kind: 'string' } })),
  }
}

/** Every field that is no object. */
function pathsOf(fields: readonly LakeField[], parent: readonly string[]): (readonly string[])[] {
  return fields.flatMap(({ name, type }) => {
    const path = [...parent, name]
    return type.kind === 'struct' ? pathsOf(type.fields, path) : [path]
  })
}

function formatOf({ inputFormat }: JsonObject): InputFormat {
  const { format, isMultiLineJson, delimiter, quote, ...others } = inputFormat as Readonly<
    Record<string, unknown>
  >
  if (format === 'parquet') return { kind: 'parquet' }
  if (format !== 'csv') return { kind: isMultiLineJson === true ? 'json' : 'json-lines' }
  const character = (value: unknown, otherwise: string) => (typeof value === 'string' ? value : otherwise)
  const quoteCharacter = character(quote, '"')
  return {
    kind: 'csv',
    delimiter: character(delimiter, ','),
    quote: quoteCharacter,
    escape: character(others['escape'], quoteCharacter),
  }
}

function toleranceOf({ tags }: JsonObject): Pick<ImportPlan, 'hasDiagnostics' | 'tolerancePercent'> {
  const { acp_enableErrorDiagnostics: diagnostics, acp_partialIngestionPercent: percent } = tags as JsonObject
  const tolerancePercent = typeof percent === 'number' ? percent : undefined
  return { hasDiagnostics: diagnostics === true, tolerancePercent }
}

function predecessorsOf({ replay }: JsonObject): readonly string[] {
  const { predecessors = [] } = (replay ?? {}) as { readonly predecessors?: readonly string[] | undefined }
  return predecessors
}

/** Files that follow each other share a slice until it is large enough. */
function slicesOf(inputs: readonly Input[], targetBytes: number): string[][] {
  const slices: string[][] = []
  let size = Number.POSITIVE_INFINITY
  for (const { path, sizeBytes } of inputs) {
    if (size + sizeBytes > targetBytes) {
      slices.push([])
      size = 0
    }
    slices.at(-1)?.push(path)
    size += sizeBytes
  }
  return slices
}
