import type { GlobalSource } from '#services/schema-registry/global/global-source.ts'

export const identity: GlobalSource = {
  kind: 'datatypes',
  id: 'https://ns.adobe.com/xdm/context/identity',
  title: 'Identity',
  description: 'An identity in its namespace.',
  includes: ['https://ns.adobe.com/xdm/context/identityitem'],
  fields: {
    'xdm:namespace': { title: 'Namespace', $ref: 'https://ns.adobe.com/xdm/context/namespace' },
    'xdm:xid': { title: 'Experience identifier', type: 'string' },
  },
}
