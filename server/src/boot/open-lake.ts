import type { LakeConfig } from '#config/config.ts'
import { openFolderStorage } from '#lake/storage/folder-storage.ts'
import type { LakeStorage } from '#lake/storage/lake-storage.ts'
import { openS3Storage } from '#lake/storage/s3-storage.ts'

/** The lake that the configuration names. */
export async function openLake(config: LakeConfig): Promise<LakeStorage> {
  return config.kind === 'folder' ? openFolderStorage(config.root) : openS3Storage(config)
}

/** Where the lake is, for people. */
export function describeLake(config: LakeConfig): string {
  return config.kind === 'folder' ? config.root : config.url
}
