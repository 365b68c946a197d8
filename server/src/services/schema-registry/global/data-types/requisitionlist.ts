import type { GlobalSource } from '#services/schema-registry/global/global-source.ts'

export const requisitionlist: GlobalSource = {
  kind: 'datatypes',
  id: 'https://ns.adobe.com/xdm/datatypes/requisitionlist',
  title: 'Requisition List',
  description: 'A list of what is bought again and again.',
  fields: {
    'xdm:ID': { title: 'Requisition List ID', type: 'string' },
    'xdm:name': { title: 'Requisition List Name', type: 'string' },
    'xdm:description': { title: 'Requisition List Description', type: 'string' },
  },
}
