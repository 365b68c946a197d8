import { type GlobalSource, uriReference } from './global-source.ts'

export const record: GlobalSource = {
  kind: 'behaviors',
  id: 'https://ns.adobe.com/xdm/data/record',
  title: 'Record Schema',
  description: 'Behaviour of data about a thing: each row is what is known of it.',
  fields: { '@id': uriReference('Identifier', 'Identifies the record.') },
}
