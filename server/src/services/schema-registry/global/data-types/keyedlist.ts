import type { GlobalSource } from '#services/schema-registry/global/global-source.ts'

export const keyedlist: GlobalSource = {
  kind: 'datatypes',
  id: 'https://ns.adobe.com/xdm/datatypes/keyedlist',
  title: 'Keyed List',
  description: 'Key and value pairs.',
  fields: {
    'xdm:list': {
      title: 'Keyed List',
      type: 'array',
      items: { $ref: 'https://ns.adobe.com/xdm/datatypes/keyvalue' },
    },
  },
}
