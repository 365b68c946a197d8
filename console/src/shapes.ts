import type { Dataset } from '@headwater/contract/catalog.ts'

/** What the console makes of the API's answers before it shows them. */

/** The beginning of a list. */
export interface Listed<Item> {
  readonly items: readonly Item[]
  readonly hasMore: boolean
}

/** A dataset as the page speaks of it. */
export interface Table {
  /** Of the dataset. */
  readonly id: string
  readonly name: string
  /** Epoch milliseconds. */
  readonly created: number
  /** `prod/<id>`: its folder in the lake. */
  readonly basePath: string
  /** Its name in SQL. */
  readonly tableName: string
  readonly rowCount: number
  readonly storageSize: number
}

/** Numbers and names stand in places that the platform chose. */
export function tableOf({ id, ...dataset }: Dataset & { readonly id: string }): Table {
  const { metrics } = (dataset.extensions['adobe_lakeHouse'] ?? {}) as {
    readonly metrics?: { readonly rowCount?: number; readonly storageSize?: number }
  }
  const names = dataset.tags['adobe/pqs/table']
  return {
    id,
    name: dataset.name,
    created: dataset.created,
    basePath: dataset.basePath,
    tableName: Array.isArray(names) ? String(names[0]) : id,
    rowCount: metrics?.rowCount ?? 0,
    storageSize: metrics?.storageSize ?? 0,
  }
}
