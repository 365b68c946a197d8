import type { GlobalSource } from '#services/schema-registry/global/global-source.ts'

export const personIdentifier: GlobalSource = {
  kind: 'fieldgroups',
  id: 'https://ns.adobe.com/xdm/mixins/person-identifier',
  title: 'Person Identifier',
  description: 'An identifier of a person.',
  intendedToExtend: [],
  fields: {
    'xdm:personID': { title: 'Person ID', type: 'string' },
    'xdm:personKey': { title: 'Person Key', $ref: 'https://ns.adobe.com/xdm/datatypes/b2b-source' },
  },
}
