import type { GlobalSource } from '#services/schema-registry/global/global-source.ts'

export const application: GlobalSource = {
  kind: 'datatypes',
  id: 'https://ns.adobe.com/xdm/context/application',
  title: 'Application',
  description: 'An application with its life: launches, crashes, upgrades.',
  fields: {
    'xdm:applicationCloses': { $ref: 'https://ns.adobe.com/xdm/data/measure' },
    'xdm:crashes': { $ref: 'https://ns.adobe.com/xdm/data/measure' },
    'xdm:featureUsages': { $ref: 'https://ns.adobe.com/xdm/data/measure' },
    'xdm:installs': { $ref: 'https://ns.adobe.com/xdm/data/measure' },
    'xdm:firstLaunches': { $ref: 'https://ns.adobe.com/xdm/data/measure' },
    'xdm:launches': { $ref: 'https://ns.adobe.com/xdm/data/measure' },
    'xdm:upgrades': { $ref: 'https://ns.adobe.com/xdm/data/measure' },
    'xdm:id': { title: 'Application Identifier', type: 'string' },
    'xdm:name': { title: 'Name', type: 'string' },
    'xdm:version': { title: 'Version', type: 'string' },
    'xdm:isClose': { title: 'Is Close', type: 'boolean' },
    'xdm:closeType': {
      title: 'Close Type',
      type: 'string',
      enum: ['close', 'unknown'],
      'meta:enum': { close: 'Close', unknown: 'Unknown' },
    },
    'xdm:isLaunch': { title: 'Is Launch', type: 'boolean' },
    'xdm:isInstall': { title: 'Is Install', type: 'boolean' },
    'xdm:isUpgrade': { title: 'Is Upgrade', type: 'boolean' },
    'xdm:sessionLength': { title: 'Session Length', type: 'integer', minimum: 0 },
    'xdm:userPerspective': {
      title: 'User Perspective',
      type: 'string',
      enum: ['foreground', 'background', 'detached'],
      'meta:enum': { foreground: 'Foreground', background: 'Background', detached: 'Detached' },
    },
    'dc:language': {
      title: 'Language',
      type: 'string',
      pattern:
        '^(((([A-Za-z]{2,3}(-([A-Za-z]{3}(-[A-Za-z]{3}){0,2}))?)|[A-Za-z]{4}|[A-Za-z]{5,8})(-([A-Za-z]{4}))?(-([A-Za-z]{2}|[0-9]{3}))?(-([A-Za-z0-9]{5,8}|[0-9][A-Za-z0-9]{3}))*(-([0-9A-WY-Za-wy-z](-[A-Za-z0-9]{2,8})+))*(-(x(-[A-Za-z0-9]{1,8})+))?)|(x(-[A-Za-z0-9]{1,8})+)|((en-GB-oed|i-ami|i-bnn|i-default|i-enochian|i-hak|i-klingon|i-lux|i-mingo|i-navajo|i-pwn|i-tao|i-tay|i-tsu|sgn-BE-FR|sgn-BE-NL|sgn-CH-DE)|(art-lojban|cel-gaulish|no-bok|no-nyn|zh-guoyu|zh-hakka|zh-min|zh-min-nan|zh-xiang)))$',
      examples: ['en-US', 'pt-BR', 'es-ES'],
    },
  },
}
