import type { GlobalSource } from '#services/schema-registry/global/global-source.ts'

export const keyvalue: GlobalSource = {
  kind: 'datatypes',
  id: 'https://ns.adobe.com/xdm/datatypes/keyvalue',
  title: 'Key Value Pair',
  description: 'One key with its value.',
  fields: { 'xdm:key': { title: 'Key', type: 'string' }, 'xdm:value': { title: 'Value', type: 'string' } },
}
