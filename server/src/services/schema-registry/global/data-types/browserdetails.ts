import type { GlobalSource } from '#services/schema-registry/global/global-source.ts'

export const browserdetails: GlobalSource = {
  kind: 'datatypes',
  id: 'https://ns.adobe.com/xdm/context/browserdetails',
  title: 'Browser details',
  description: 'A browser, and what it can do.',
  fields: {
    'xdm:name': { title: 'Name', type: 'string' },
    'xdm:vendor': { title: 'Vendor', type: 'string' },
    'xdm:version': { title: 'Version', type: 'string' },
    'xdm:acceptLanguage': { title: 'Accept language', type: 'string' },
    'xdm:cookiesEnabled': { title: 'Allows cookies', type: 'boolean' },
    'xdm:javaScriptEnabled': { title: 'JavaScript enabled', type: 'boolean' },
    'xdm:javaScriptVersion': { title: 'JavaScript version', type: 'string' },
    'xdm:javaEnabled': { title: 'Java enabled', type: 'boolean' },
    'xdm:javaVersion': { title: 'Java version', type: 'string' },
    'xdm:quicktimeVersion': { title: 'Quicktime version', type: 'string' },
    'xdm:thirdPartyCookiesEnabled': { title: 'Allows third-party cookies', type: 'boolean' },
    'xdm:viewportHeight': { title: 'Viewport height', type: 'integer' },
    'xdm:viewportWidth': { title: 'Viewport width', type: 'integer' },
    'xdm:userAgent': { title: 'User agent', type: 'string' },
    'xdm:userAgentClientHints': {
      type: 'object',
      properties: {
        'xdm:brands': {
          type: 'array',
          items: {
            type: 'object',
            properties: {
              'xdm:brand': { title: 'Brand', type: 'string' },
              'xdm:version': { title: 'Significant version', type: 'string' },
            },
          },
        },
        'xdm:mobile': { title: 'Mobileness', type: 'boolean' },
        'xdm:architecture': { title: 'Platform architecture', type: 'string' },
        'xdm:bitness': { title: 'Platform bitness', type: 'string' },
        'xdm:model': { title: 'Model', type: 'string' },
        'xdm:platform': { title: 'Platform', type: 'string' },
        'xdm:platformVersion': { title: 'Platform version', type: 'string' },
        'xdm:wow64': { title: 'WoW64-ness', type: 'boolean' },
      },
    },
  },
}
