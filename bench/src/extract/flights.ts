import { loadTables } from '@headwater/demo/load-data.ts'
import { DEMO_TABLES } from '@headwater/demo/tables.ts'
import type { Source } from './source.ts'
import type { BenchTable } from './tables.ts'

/** Three million real flights, as the demo loads them. */
export async function loadFlights(source: Source): Promise<BenchTable> {
  return source.withClient(async (client) => {
    await loadTables(
      client,
      DEMO_TABLES.filter(({ name }) => name === 'flights'),
    )
    const { rows } = await client.query<{ count: string }>('select count(*) from flights')
    return { name: 'flights', rows: Number(rows[0]?.count), create: '' }
  })
}
