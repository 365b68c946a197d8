import type { NewSandbox, Sandbox } from '@headwater/contract/sandboxes.ts'
import type { SandboxRow } from './sandbox-reader.ts'

/** A sandbox as clients see it. */
export function viewSandbox(row: SandboxRow): Sandbox {
  return {
    id: row.id,
    name: row.name,
    title: row.title,
    state: row.state,
    type: row.type,
    region: row.region,
    isDefault: row.is_default,
    eTag: row.version,
    etag: row.version,
    createdDate: formatTime(row.created_at),
    lastModifiedDate: formatTime(row.updated_at),
    createdBy: row.created_by,
    modifiedBy: row.updated_by,
  }
}

/** The shorter form that answers a creation. */
export function viewNewSandbox(row: Pick<SandboxRow, keyof NewSandbox>): NewSandbox {
  const { id, name, title, state, type, region } = row
  return { id, name, title, state, type, region }
}

/** `2019-09-04 04:57:24`, UTC. */
function formatTime(epochMs: number): string {
  return new Date(epochMs).toISOString().slice(0, 19).replace('T', ' ')
}
