import type { GlobalSource } from '#services/schema-registry/global/global-source.ts'

export const b2bSource: GlobalSource = {
  kind: 'datatypes',
  id: 'https://ns.adobe.com/xdm/datatypes/b2b-source',
  title: 'B2B Source',
  description: 'The key of a record in the system that it comes from.',
  fields: {
    'xdm:sourceType': { title: 'Source Type', type: 'string' },
    'xdm:sourceInstanceID': { title: 'Source Instance ID', type: 'string' },
    'xdm:sourceID': { title: 'Source ID', type: 'string' },
    'xdm:sourceKey': { title: 'Source Key', type: 'string' },
  },
}
