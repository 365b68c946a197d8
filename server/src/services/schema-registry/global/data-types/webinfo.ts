import type { GlobalSource } from '#services/schema-registry/global/global-source.ts'

export const webinfo: GlobalSource = {
  kind: 'datatypes',
  id: 'https://ns.adobe.com/xdm/context/webinfo',
  title: 'Web information',
  description: 'A page, the link that was followed, and where the visit came from.',
  fields: {
    'xdm:webPageDetails': {
      title: 'Web page details',
      type: 'object',
      properties: {
        'xdm:siteSection': { title: 'Site section', type: 'string' },
        'xdm:name': { title: 'Name', type: 'string' },
        'xdm:viewName': { title: 'View Name', type: 'string' },
        'xdm:URL': { title: 'URL', type: 'string' },
        'xdm:server': { title: 'Server', type: 'string' },
        'xdm:isErrorPage': { title: 'Is error page', type: 'boolean' },
        'xdm:isHomePage': { title: 'Is home page', type: 'boolean' },
        'xdm:isPreRendered': { title: 'Is pre-rendered', type: 'boolean' },
        'xdm:pageViews': { title: 'Page Views', $ref: 'https://ns.adobe.com/xdm/data/measure' },
      },
    },
    'xdm:webInteraction': {
      title: 'Web interaction',
      type: 'object',
      properties: {
        'xdm:type': {
          title: 'Type',
          type: 'string',
          enum: ['download', 'exit', 'other'],
          'meta:enum': { download: 'Download', exit: 'Exit', other: 'Other' },
        },
        'xdm:URL': { title: 'URL', type: 'string' },
        'xdm:name': { title: 'Name', type: 'string' },
        'xdm:region': { title: 'Region', type: 'string' },
        'xdm:linkClicks': { title: 'Link Clicks', $ref: 'https://ns.adobe.com/xdm/data/measure' },
      },
    },
    'xdm:webReferrer': {
      title: 'Web referrer',
      type: 'object',
      properties: {
        'xdm:URL': { title: 'URL', type: 'string' },
        'xdm:type': {
          title: 'Type',
          type: 'string',
          enum: [
            'internal',
            'external',
            'search_engine',
            'typed_bookmarked',
            'email',
            'social',
            'usenet',
            'hard_drive',
            'nojs',
            'conversational_ai',
            'unknown',
          ],
          'meta:enum': {
            internal: 'Internal',
            external: 'External',
            search_engine: 'Search engine',
            typed_bookmarked: 'Typed or bookmarked',
            email: 'Email',
            social: 'Social network',
            hard_drive: 'Hard Drive',
            usenet: 'Usenet newsgroup',
            nojs: 'No JS',
            conversational_ai: 'Conversational AI',
            unknown: 'Unknown',
          },
        },
      },
    },
  },
}
