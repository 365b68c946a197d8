import type { GlobalSource } from '#services/schema-registry/global/global-source.ts'

export const namespace: GlobalSource = {
  kind: 'datatypes',
  id: 'https://ns.adobe.com/xdm/context/namespace',
  title: 'Namespace',
  description: 'What an identity is an identity in.',
  required: ['xdm:code'],
  fields: { 'xdm:code': { title: 'Code', type: 'string' } },
}
