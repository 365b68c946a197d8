import type { Answer, ApiClient } from '@headwater/testkit/api-client.ts'
import { CONVERSION } from '@headwater/testkit/journey.ts'
import type { LandedTable } from '@headwater/testkit/table-journey.ts'
import type { TestDatabase } from '@headwater/testkit/test-database.ts'
import pg from 'pg'
import { isSame } from './compare.ts'
import { copyText } from './oracle.ts'
import type { FoundRow } from './readers.ts'
import { NONE } from './table.ts'

/** A landed table of numbers and texts as the server prints it. The first column is its key. */
export interface PrintedTable {
  readonly name: string
  /** Where its columns have landed, in their order. */
  readonly fields: readonly string[]
  readonly rows: readonly (readonly (string | null)[])[]
}

/** What `COPY … TO STDOUT` prints of a table, in UTF-8 unless the database knows no encoding. */
export async function printTable(
  database: TestDatabase,
  name: string,
  { encoding = 'UTF8', where = 'true' } = {},
): Promise<PrintedTable['rows']> {
  const client = new pg.Client({ connectionString: database.url })
  await client.connect()
  try {
    await client.query(`set client_encoding = '${encoding}'`)
    return await copyText(client, `select * from ${name} where ${where} order by 1`)
  } finally {
    await client.end()
  }
}

/** The fields of a table's columns, by the mapping that was made of them. */
export async function fieldsOf(client: ApiClient, { mappingId }: LandedTable): Promise<readonly string[]> {
  const { body } = await client.get(`${CONVERSION}/mappingSets/${mappingId}`)
  return body.mappings.map(({ destination }: Answer) => destination.replace(/^_headwater\./, ''))
}

/** All that differs, cell by cell, between what the server prints and what a reader found. */
export function differencesOf({ name, fields, rows }: PrintedTable, found: readonly FoundRow[]): string[] {
  if (found.length !== rows.length) return [`${name} has ${found.length} rows instead of ${rows.length}`]
  const numberOf = (row: FoundRow): number => Number((row[fields[0] ?? ''] as { readonly int: string }).int)
  const sorted = found.toSorted((a, b) => numberOf(a) - numberOf(b))
  return rows
    .flatMap((row, index) => rowDifferences(row, fields, sorted[index] ?? {}))
    .map((each) => `${name} ${each}`)
}

function rowDifferences(
  row: readonly (string | null)[],
  fields: readonly string[],
  found: FoundRow,
): string[] {
  const count = Object.keys(found).length
  if (row.length !== count || fields.length !== count)
    return [`row ${row[0]} has ${count} fields instead of ${row.length}`]
  return row.flatMap((text, place) => {
    const field = fields[place] ?? ''
    const value = found[field]
    return value !== undefined && isSame(text, value, NONE)
      ? []
      : [`row ${row[0]}: ${field} is ${JSON.stringify(value)} instead of ${JSON.stringify(text)}`]
  })
}
