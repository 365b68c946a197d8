import { decodeAvroContainer, encodeAvroContainer } from './avro-container.ts'
import { formatLosslessJson, parseLosslessJson } from './lossless-json.ts'
import type { ManifestEntry, ManifestFile } from './manifest.ts'
import { MANIFEST_ENTRY, MANIFEST_FILE } from './manifest-schemas.ts'
import type { MetadataJson } from './metadata.ts'

/** Addresses that begin with `from` begin with `to` instead; both end in a slash. */
export interface Move {
  readonly from: string
  readonly to: string
}

/** An address below another root than the one that is left. The message is for the operator. */
export class AddressElsewhereError extends Error {
  override readonly name = 'AddressElsewhereError'
  readonly isExplained = true

  constructor(address: string, { from }: Move) {
    super(`A table names ${address}, which does not lie below ${from}: it was written by somebody else.`)
  }
}

/** @throws AddressElsewhereError */
export function rebase(address: string, move: Move): string {
  if (!address.startsWith(move.from)) throw new AddressElsewhereError(address, move)
  return move.to + address.slice(move.from.length)
}

/** A table's metadata file (`*.metadata.json`) at its new place. @throws AddressElsewhereError */
export function rebaseMetadata(bytes: Uint8Array, move: Move): Uint8Array {
  const metadata = parseLosslessJson(new TextDecoder().decode(bytes)) as MetadataJson
  const moved: MetadataJson = {
    ...metadata,
    location: rebase(metadata.location, move),
    ...(metadata.snapshots && {
      snapshots: metadata.snapshots.map((snapshot) => ({
        ...snapshot,
        'manifest-list': rebase(snapshot['manifest-list'], move),
      })),
    }),
    ...(metadata['metadata-log'] && {
      'metadata-log': metadata['metadata-log'].map((entry) => ({
        ...entry,
        'metadata-file': rebase(entry['metadata-file'], move),
      })),
    }),
  }
  return new TextEncoder().encode(formatLosslessJson(moved))
}

/** A manifest at its new place. @throws AddressElsewhereError */
export function rebaseManifest(bytes: Uint8Array, move: Move): Uint8Array {
  const { metadata, records } = decodeAvroContainer(bytes)
  const entries = records as readonly ManifestEntry[]
  const moved = entries.map((entry) => ({
    ...entry,
    data_file: { ...entry.data_file, file_path: rebase(entry.data_file.file_path, move) },
  }))
  return encodeAvroContainer(MANIFEST_ENTRY, metadata, moved)
}

/** A manifest list at its new place, where manifests have other lengths. @throws AddressElsewhereError */
export async function rebaseManifestList(
  bytes: Uint8Array,
  move: Move,
  lengthOf: (address: string) => Promise<number>,
): Promise<Uint8Array> {
  const { metadata, records } = decodeAvroContainer(bytes)
  const moved: ManifestFile[] = []
  for (const line of records as readonly ManifestFile[]) {
    const address = rebase(line.manifest_path, move)
    moved.push({ ...line, manifest_path: address, manifest_length: BigInt(await lengthOf(address)) })
  }
  return encodeAvroContainer(MANIFEST_FILE, metadata, moved)
}

/** Names have no fixed form; a manifest carries the schema of its table, and a list does not. */
export function isManifestList(bytes: Uint8Array): boolean {
  return !('schema' in decodeAvroContainer(bytes).metadata)
}
