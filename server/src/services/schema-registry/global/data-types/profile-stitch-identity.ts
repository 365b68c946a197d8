import type { GlobalSource } from '#services/schema-registry/global/global-source.ts'

export const profileStitchIdentity: GlobalSource = {
  kind: 'datatypes',
  id: 'https://ns.adobe.com/xdm/context/profileStitchIdentity',
  title: 'Profile stitch identity',
  description: 'An identity that was joined to a profile.',
  fields: {
    '@id': { title: 'Identifier', type: 'string', format: 'uri-reference' },
    'xdm:namespace': { title: 'Namespace', $ref: 'https://ns.adobe.com/xdm/context/namespace' },
    'xdm:xid': { title: 'Experience identifier', type: 'string' },
  },
}
