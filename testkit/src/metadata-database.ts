import { migrate, openDatabase, openPool } from '@headwater/server/store/database.ts'
import { createTestDatabase, type TestDatabase, withTemplate } from './test-database.ts'

/** An empty metadata database of the newest version: a clone of one that was migrated once for the test run. */
export async function createMetadataDatabase(): Promise<TestDatabase> {
  const template = await withTemplate('metadata', async ({ host, port, user, password, database }) => {
    const db = openDatabase(openPool({ host, port, user, password: String(password), database }, { max: 1 }))
    try {
      await migrate(db)
    } finally {
      await db.destroy()
    }
  })
  return createTestDatabase({ template })
}
