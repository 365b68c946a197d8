import type { GlobalSource } from './global-source.ts'
import { identityItem } from './identity-item.ts'

export const identityMap: GlobalSource = {
  kind: 'fieldgroups',
  id: 'https://ns.adobe.com/xdm/context/identitymap',
  title: 'IdentityMap',
  description: 'All identities of a person, by the code of their namespace.',
  intendedToExtend: [],
  fields: {
    'xdm:identityMap': {
      title: 'Identity map',
      description: 'Lists of identities, keyed by namespace.',
      type: 'object',
      'meta:xdmType': 'map',
      additionalProperties: { type: 'array', items: { $ref: identityItem.id } },
    },
  },
}
