import type { GlobalSource } from '#services/schema-registry/global/global-source.ts'

export const poiDetail: GlobalSource = {
  kind: 'datatypes',
  id: 'https://ns.adobe.com/xdm/context/poi-detail',
  title: 'Point of interest details',
  description: 'A point of interest near an event.',
  fields: {
    'xdm:POIID': { title: 'POI identity', type: 'string', 'meta:status': 'deprecated' },
    'xdm:poiID': { title: 'POI Identity', type: 'string' },
    'xdm:name': { title: 'POI name', type: 'string' },
    'xdm:category': { title: 'POI category', type: 'string' },
    'xdm:type': { title: 'POI type', type: 'string' },
    'xdm:distanceToPOICenter': { title: 'Distance to POI center', type: 'number' },
    'xdm:locatingType': {
      title: 'Locating type',
      type: 'string',
      'meta:enum': {
        beacon: 'Hardware beacon',
        gps: 'Device GPS',
        ip: 'IP to geo lookup',
        'ip+wifi': 'IP with wifi lookup',
        'wifi-triangulation': 'Wifi triangulation',
      },
    },
    'xdm:beaconInteractionDetails': {
      title: 'Beacon interaction details',
      type: 'object',
      properties: {
        'xdm:proximityUUID': { title: 'Proximity UUID', type: 'string' },
        'xdm:beaconMajor': { title: 'Beacon major', type: 'number' },
        'xdm:beaconMinor': { title: 'Beacon Minor', type: 'number' },
        'xdm:proximity': {
          title: 'Proximity to beacon',
          type: 'string',
          enum: ['immediate', 'near', 'far', 'unknown'],
          'meta:enum': {
            immediate: 'Within a few centimeter.',
            near: 'Within a couple of meters.',
            far: 'Greater than 10 meters away.',
            unknown: 'Not able to ascertain distance, signal likely very weak.',
          },
        },
      },
    },
    'xdm:geoInteractionDetails': {
      title: 'Geo interaction details',
      type: 'object',
      properties: {
        'xdm:distanceToCenter': { title: 'Distance to center', type: 'number' },
        'xdm:deviceGeoAccuracy': { title: 'Geo device accuracy', type: 'number' },
        'xdm:geoShape': { title: 'Geo shape', $ref: 'http://schema.org/GeoShape' },
      },
    },
    'xdm:metadata': { title: 'POI metadata', $ref: 'https://ns.adobe.com/xdm/datatypes/keyedlist' },
  },
}
