import type { Flow } from '@headwater/contract/flow-service/flows.ts'
import { formatTime } from './print.ts'

/** When and by whom, and in which version. */
export function describeAudit(
  entity: Pick<Flow, 'sandboxName' | 'createdAt' | 'createdBy' | 'updatedAt' | 'updatedBy' | 'etag'>,
): Record<string, string> {
  const { sandboxName: sandbox, createdAt, createdBy, updatedAt, updatedBy, etag } = entity
  return {
    sandbox,
    created: `${formatTime(createdAt)} by ${createdBy}`,
    changed: `${formatTime(updatedAt)} by ${updatedBy}`,
    etag,
  }
}
