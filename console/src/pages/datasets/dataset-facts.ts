import type { Dataset as CatalogDataset } from '@headwater/contract/catalog.ts'

export type Dataset = CatalogDataset & { readonly id: string }

export interface Stats {
  readonly rows: number
  readonly bytes: number
  readonly files: number
}

/** What the catalog counts of a dataset. */
export function statsOf({ statsCache }: Dataset): Stats {
  const stats = (statsCache ?? {}) as {
    readonly rowCount?: number
    readonly storageSize?: number
    readonly fileCount?: number
  }
  return { rows: stats.rowCount ?? 0, bytes: stats.storageSize ?? 0, files: stats.fileCount ?? 0 }
}

/** The name of a dataset in SQL and in the catalog of engines. */
export function tableNameOf({ tags, id }: Dataset): string {
  const [name] = (tags['adobe/pqs/table'] ?? []) as readonly string[]
  return name ?? id
}
