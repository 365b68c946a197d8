import type { GlobalSource } from '#services/schema-registry/global/global-source.ts'

export const profileTestProfile: GlobalSource = {
  kind: 'fieldgroups',
  id: 'https://ns.adobe.com/xdm/context/profile-test-profile',
  title: 'Profile test details',
  description: 'Marks a profile that is there for tests.',
  intendedToExtend: ['https://ns.adobe.com/xdm/context/profile'],
  fields: { 'xdm:testProfile': { title: 'Test profile', type: 'boolean', default: false } },
}
