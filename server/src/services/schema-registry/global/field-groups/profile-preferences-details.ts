import type { GlobalSource } from '#services/schema-registry/global/global-source.ts'

export const profilePreferencesDetails: GlobalSource = {
  kind: 'fieldgroups',
  id: 'https://ns.adobe.com/xdm/context/profile-preferences-details',
  title: 'Preference Details',
  description: 'How a person wants to be spoken to, and about what.',
  intendedToExtend: ['https://ns.adobe.com/xdm/context/profile'],
  fields: {
    'xdm:preferredLanguage': {
      title: 'Preferred language',
      type: 'string',
      pattern:
        '^(((([A-Za-z]{2,3}(-([A-Za-z]{3}(-[A-Za-z]{3}){0,2}))?)|[A-Za-z]{4}|[A-Za-z]{5,8})(-([A-Za-z]{4}))?(-([A-Za-z]{2}|[0-9]{3}))?(-([A-Za-z0-9]{5,8}|[0-9][A-Za-z0-9]{3}))*(-([0-9A-WY-Za-wy-z](-[A-Za-z0-9]{2,8})+))*(-(x(-[A-Za-z0-9]{1,8})+))?)|(x(-[A-Za-z0-9]{1,8})+)|((en-GB-oed|i-ami|i-bnn|i-default|i-enochian|i-hak|i-klingon|i-lux|i-mingo|i-navajo|i-pwn|i-tao|i-tay|i-tsu|sgn-BE-FR|sgn-BE-NL|sgn-CH-DE)|(art-lojban|cel-gaulish|no-bok|no-nyn|zh-guoyu|zh-hakka|zh-min|zh-min-nan|zh-xiang)))$',
      examples: ['en-GB', 'de-DE', 'yue-HK'],
    },
    'xdm:profilePictureLink': { title: 'Profile picture link', type: 'string' },
    'xdm:emailFormat': {
      title: 'Email format',
      type: 'string',
      'meta:enum': { html: 'Rich text', plaintext: 'Plain text' },
    },
    'xdm:timeZone': {
      title: 'Time zone',
      type: 'string',
      examples: ['America/Barbados', 'Antarctica/Davis', 'Asia/Calcutta'],
    },
    'xdm:optInOut': {
      title: 'OptInOut',
      $ref: 'https://ns.adobe.com/xdm/context/optinout',
      'meta:status': 'deprecated',
    },
  },
}
