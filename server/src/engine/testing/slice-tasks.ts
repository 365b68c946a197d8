import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { LakeField } from '#columns/column-type.ts'
import type { ExtractTask } from '#engine/task.ts'
import type { MappingEntry } from '#mapping/mapping-plan.ts'
import { identityMapping, planMapping, prunedFields } from '#mapping/plan-mapping.ts'
import { describeRelation } from '#source/postgres/explore/describe-relation.ts'
import { copyStatement } from '#source/postgres/read/copy-statement.ts'
import { type HeldSnapshot, holdSnapshot } from '#source/postgres/read/snapshot.ts'
import { quoteQualified } from '#source/postgres/sql/quote.ts'
import type { TestSource } from '#source/postgres/testing/test-source.ts'

/** Makes tasks of whole relations, as a run would, in a folder that is removed afterwards. */
export class SliceTasks implements AsyncDisposable {
  readonly folder: string
  readonly #source: TestSource
  readonly #snapshots: HeldSnapshot[] = []
  #count = 0

  private constructor(source: TestSource, folder: string) {
    this.#source = source
    this.folder = folder
  }

  static async open(source: TestSource): Promise<SliceTasks> {
    return new SliceTasks(source, await mkdtemp(join(tmpdir(), 'headwater-slices-')))
  }

  /** A task that copies a relation. Its table has the fields of `fields`, else one for each column. */
  async make(
    path: string,
    options: { readonly fields?: readonly LakeField[]; readonly entries?: readonly MappingEntry[] } = {},
  ): Promise<ExtractTask> {
    const shape = await describeRelation(this.#source.session, path)
    const columns = shape.columns.map(({ name, type, nullable }) => ({
      name,
      type: type.columnType,
      nullable,
    }))
    const fields =
      options.fields ??
      columns.map(({ name, type }, index) => ({ id: index + 1, name, required: false, type }))
    const entries = options.entries ?? identityMapping(columns, fields)
    const { plan, problems } = planMapping({ entries, columns, fields })
    const errors = problems.filter(({ severity }) => severity === 'error')
    if (errors.length > 0) throw new Error(errors.map(({ message }) => message).join(' '))
    const wire = plan.usedColumns.flatMap((name) => shape.columns.filter((column) => column.name === name))
    const relation = quoteQualified(shape.schema, shape.name)
    const name = `slice-${this.#count++}`
    return {
      source: this.#source.target,
      snapshotId: await this.#snapshot(),
      sql: copyStatement({ ranges: [{ kind: 'whole', relation }], sizeBytes: 0 }, wire),
      columns: wire.map(({ name, type }) => ({ name, type })),
      mapping: plan,
      fields: prunedFields(plan, fields),
      partPath: join(this.folder, `${name}.parquet`),
      diagnosticsPath: join(this.folder, `${name}.json`),
      keyValues: { slice: name },
      nowMs: Date.UTC(2026, 0, 1),
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const snapshot of this.#snapshots) await snapshot[Symbol.asyncDispose]()
    await rm(this.folder, { recursive: true, force: true })
  }

  async #snapshot(): Promise<string> {
    const snapshot = await holdSnapshot(this.#source.target)
    this.#snapshots.push(snapshot)
    return snapshot.snapshotId
  }
}
