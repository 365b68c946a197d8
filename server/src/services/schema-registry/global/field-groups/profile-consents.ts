import type { GlobalSource } from '#services/schema-registry/global/global-source.ts'

export const profileConsents: GlobalSource = {
  kind: 'fieldgroups',
  id: 'https://ns.adobe.com/xdm/mixins/profile-consents',
  title: 'Consent and Preference Details',
  description: 'Consents and marketing preferences of a person.',
  includes: ['https://ns.adobe.com/xdm/datatypes/consents-and-preferences'],
  intendedToExtend: ['https://ns.adobe.com/xdm/context/profile'],
  fields: {},
}
