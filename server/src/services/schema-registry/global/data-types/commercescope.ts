import type { GlobalSource } from '#services/schema-registry/global/global-source.ts'

export const commercescope: GlobalSource = {
  kind: 'datatypes',
  id: 'https://ns.adobe.com/xdm/datatypes/commercescope',
  title: 'Commerce Scope',
  description: 'The shop of an event.',
  fields: {
    'xdm:environmentID': { title: 'Environment ID', type: 'string' },
    'xdm:websiteCode': { title: 'Website Code', type: 'string' },
    'xdm:storeCode': { title: 'Store Code', type: 'string' },
    'xdm:storeViewCode': { title: 'Store View Code', type: 'string' },
  },
}
