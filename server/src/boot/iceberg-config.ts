import type { LakeConfig } from '#config/config.ts'

/**
 * Where the lake's storage answers, in the words of Iceberg's file access. Never credentials: whoever reads the files
 * brings their own. Empty for a folder, since some engines take any entry for a sign of S3.
 */
export function icebergConfigOf(lake: LakeConfig): Readonly<Record<string, string>> {
  if (lake.kind === 'folder') return {}
  const { endpoint, region, forcePathStyle } = lake
  return {
    ...(endpoint !== undefined && { 's3.endpoint': endpoint }),
    ...(region !== undefined && { 's3.region': region, 'client.region': region }),
    ...(forcePathStyle && { 's3.path-style-access': 'true' }),
  }
}
