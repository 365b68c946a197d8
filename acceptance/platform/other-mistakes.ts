import type { Answer } from '@headwater/testkit/api-client.ts'

/** Dates of sandboxes are told without a zone in every published sample (`2019-09-04 04:57:24`). */
export function correctedSandbox(document: Answer): Answer {
  return changed(document, (name, node) => {
    const isDate = (name === 'createdDate' || name === 'lastModifiedDate') && node.format === 'date-time'
    return isDate ? { ...node, format: undefined } : node
  })
}

/** The tags that tell of partial ingestion are single values in every published sample, though tags are arrays. */
export function correctedCatalog(document: Answer): Answer {
  return changed(document, (name, node) =>
    name === 'tags' && node.additionalProperties?.type === 'array'
      ? { ...node, properties: { ...node.properties, ...SINGLE_TAGS } }
      : node,
  )
}

const SINGLE_TAGS = { acp_enableErrorDiagnostics: {}, acp_partialIngestionPercent: {} }

/** A copy in which every object has gone through `change`, with the name that it has in its parent. */
function changed(node: Answer, change: (name: string, node: Answer) => Answer, name = ''): Answer {
  if (Array.isArray(node)) return node.map((item) => changed(item, change))
  if (node === null || typeof node !== 'object') return node
  const members = Object.entries(node).map(([key, value]) => [key, changed(value, change, key)])
  return change(name, Object.fromEntries(members))
}
