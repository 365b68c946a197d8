import type { GlobalSource } from '#services/schema-registry/global/global-source.ts'

export const placecontext: GlobalSource = {
  kind: 'datatypes',
  id: 'https://ns.adobe.com/xdm/context/placecontext',
  title: 'Place context',
  description: 'Where an event happened.',
  fields: {
    'xdm:localTime': { title: 'Local time', type: 'string', format: 'date-time' },
    'xdm:IPLocalTime': { title: 'Local time based on IP geolocation', type: 'string', format: 'date-time' },
    'xdm:ianaTimezone': { title: 'Iana Timezone', type: 'string' },
    'xdm:localTimezoneOffset': { title: 'Local time zone offset', type: 'integer' },
    'xdm:IPLocalTimezoneOffset': { title: 'Local time zone offset based on IP geolocation', type: 'integer' },
    'xdm:geo': { title: 'Geo', $ref: 'https://ns.adobe.com/xdm/common/geo' },
    'xdm:POIinteraction': {
      title: 'POI interaction',
      type: 'object',
      properties: {
        'xdm:POIDetail': {
          title: 'POI detail',
          $ref: 'https://ns.adobe.com/xdm/context/poi-detail',
          'meta:status': 'deprecated',
        },
        'xdm:poiDetail': { title: 'POI detail', $ref: 'https://ns.adobe.com/xdm/context/poi-detail' },
        'xdm:poiEntries': { $ref: 'https://ns.adobe.com/xdm/data/measure' },
        'xdm:poiExits': { $ref: 'https://ns.adobe.com/xdm/data/measure' },
      },
    },
    'xdm:activePOIs': {
      title: 'POI detail',
      type: 'array',
      items: { $ref: 'https://ns.adobe.com/xdm/context/poi-detail' },
    },
  },
}
