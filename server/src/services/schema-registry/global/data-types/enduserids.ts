import type { GlobalSource } from '#services/schema-registry/global/global-source.ts'

export const enduserids: GlobalSource = {
  kind: 'datatypes',
  id: 'https://ns.adobe.com/xdm/context/enduserids',
  title: 'End user IDs',
  description: 'Identities of a person, by where they come from.',
  fields: {
    'https://ns.adobe.com/experience/mcid': {
      title: 'Adobe Marketing Cloud ID',
      $ref: 'https://ns.adobe.com/xdm/context/identity',
    },
    'https://ns.adobe.com/experience/aaid': {
      title: 'Adobe Analytics Cloud end user IDs',
      $ref: 'https://ns.adobe.com/xdm/context/identity',
    },
    'https://ns.adobe.com/experience/aacustomid': {
      title: 'Adobe Analytics Cloud Custom end user IDs',
      $ref: 'https://ns.adobe.com/xdm/context/identity',
    },
    'https://ns.adobe.com/experience/acid': {
      title: 'Adobe Campaign end user IDs',
      $ref: 'https://ns.adobe.com/xdm/context/identity',
    },
    'https://ns.adobe.com/experience/tntid': {
      title: 'Adobe Target end user IDs',
      $ref: 'https://ns.adobe.com/xdm/context/identity',
    },
    'https://ns.adobe.com/experience/adcloud': {
      title: 'Adobe Advertising Cloud end user IDs',
      $ref: 'https://ns.adobe.com/xdm/context/identity',
    },
    'https://ns.adobe.com/experience/emailid': {
      title: 'Email address IDs',
      $ref: 'https://ns.adobe.com/xdm/context/identity',
    },
    'https://ns.adobe.com/experience/phonenumberid': {
      title: 'Phone number IDs',
      $ref: 'https://ns.adobe.com/xdm/context/identity',
    },
  },
}
