import type { GlobalSource } from './global-source.ts'

export const adhoc: GlobalSource = {
  kind: 'behaviors',
  id: 'https://ns.adobe.com/xdm/data/adhoc',
  title: 'Ad Hoc Schema',
  description: 'Behaviour of a plain table whose fields mean something in one dataset only.',
  fields: {},
}
