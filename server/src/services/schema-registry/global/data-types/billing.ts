import type { GlobalSource } from '#services/schema-registry/global/global-source.ts'

export const billing: GlobalSource = {
  kind: 'datatypes',
  id: 'https://ns.adobe.com/xdm/datatypes/billing',
  title: 'Billing',
  description: 'Who pays, and where the bill goes.',
  fields: { 'xdm:address': { title: 'Billing Address', $ref: 'https://ns.adobe.com/xdm/common/address' } },
}
