import type { FindSchema } from '#http/neighbours.ts'
import type { CommonGateway } from '#http/plugins/gateway.ts'
import type { Database } from '#store/database.ts'
import type { CatalogLake } from './catalog-lake.ts'
import type { CreateLakeTable } from './create-dataset.ts'

/** What the operations of Catalog are made of; boot connects it. */
export interface CatalogDependencies {
  readonly gateway: CommonGateway
  readonly db: Database
  readonly now: () => number
  readonly findSchema: FindSchema
  readonly createLakeTable: CreateLakeTable
  readonly lake: CatalogLake
}
