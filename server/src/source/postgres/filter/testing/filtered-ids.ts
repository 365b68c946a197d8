import { expect } from 'vitest'
import { describeRelation } from '#source/postgres/explore/describe-relation.ts'
import { previewRelation } from '#source/postgres/explore/preview-relation.ts'
import { checkRowFilter } from '#source/postgres/filter/check-row-filter.ts'
import { compileRowFilter, type RowFilter } from '#source/postgres/filter/row-filter.ts'
import { quoteQualified } from '#source/postgres/sql/quote.ts'
import { copyAll, type TestSource } from '#source/postgres/testing/test-source.ts'

const MAX_ROWS = 1_000

/**
 * The ids of the rows that pass a filter, in order. The relation's first column is `id`. Fails unless all the
 * ways in which a filter is used agree: with parameters (preview), with quoted literals (copy), and with quoted
 * literals on a server that takes backslashes for escapes.
 * @throws RowFilterError as the service would answer it
 */
export async function filteredIds(source: TestSource, path: string, filter: unknown): Promise<number[]> {
  const shape = await describeRelation(source.session, path)
  const compiled = compileRowFilter(filter, shape.columns)
  await checkRowFilter(source.session, shape, compiled)
  const previewed = await previewRelation(source.session, shape, {
    filter: compiled,
    columns: ['id'],
    limit: MAX_ROWS,
  })
  const { ring } = await copyAll(source, path, { where: compiled.literalSql })
  const ids = sorted(previewed.rows.map((row) => row['id']))
  expect(sorted(ring.rows.map(([id]) => id))).toEqual(ids)
  expect(await idsWithOldEscapes(source, quoteQualified(shape.schema, shape.name), compiled)).toEqual(ids)
  return ids
}

async function idsWithOldEscapes(
  { database }: TestSource,
  relation: string,
  filter: RowFilter,
): Promise<number[]> {
  await database.query('set standard_conforming_strings = off; set escape_string_warning = off')
  try {
    const { rows } = await database.query(`select id from ${relation} where ${filter.literalSql}`)
    return sorted(rows.map(({ id }) => id))
  } finally {
    await database.query('reset standard_conforming_strings')
  }
}

function sorted(ids: readonly unknown[]): number[] {
  return ids.map(Number).sort((a, b) => a - b)
}
