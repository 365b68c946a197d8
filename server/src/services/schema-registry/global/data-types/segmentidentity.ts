import type { GlobalSource } from '#services/schema-registry/global/global-source.ts'

export const segmentidentity: GlobalSource = {
  kind: 'datatypes',
  id: 'https://ns.adobe.com/xdm/context/segmentidentity',
  title: 'Segment identity',
  description: 'Identifies a segment.',
  fields: {
    '@id': { title: 'Identifier', type: 'string', format: 'uri-reference' },
    'xdm:namespace': { title: 'Namespace', $ref: 'https://ns.adobe.com/xdm/context/namespace' },
    'xdm:xid': { title: 'Experience identifier', type: 'string' },
  },
}
