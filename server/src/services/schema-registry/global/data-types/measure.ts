import type { GlobalSource } from '#services/schema-registry/global/global-source.ts'

export const measure: GlobalSource = {
  kind: 'datatypes',
  id: 'https://ns.adobe.com/xdm/data/measure',
  title: 'Measure',
  description: 'A number of times that something happened.',
  required: ['xdm:value'],
  fields: { 'xdm:id': { title: 'Unique Identifier', type: 'string' }, 'xdm:value': { type: 'number' } },
}
