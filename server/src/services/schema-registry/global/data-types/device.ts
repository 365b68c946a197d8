import type { GlobalSource } from '#services/schema-registry/global/global-source.ts'

export const device: GlobalSource = {
  kind: 'datatypes',
  id: 'https://ns.adobe.com/xdm/context/device',
  title: 'Device',
  description: 'A device as its maker describes it.',
  fields: {
    'xdm:typeID': { title: 'Type identifier', type: 'string' },
    'xdm:typeIDService': {
      title: 'Type identifier service',
      type: 'string',
      format: 'uri',
      'meta:enum': {
        'https://ns.adobe.com/xdm/external/deviceatlas': 'DeviceAtlas',
        'https://ns.adobe.com/xdm/external/adobecampaign': 'Adobe Campaign',
      },
    },
    'xdm:type': {
      title: 'Type',
      type: 'string',
      'meta:enum': {
        mobile: 'Mobile',
        tablet: 'Tablet',
        desktop: 'Desktop',
        ereader: 'E-reader',
        gaming: 'Gaming console',
        television: 'Television',
        settop: 'Set-top box',
        mediaplayer: 'Media player',
        computers: 'Computers',
        'tv screens': 'TV screens',
      },
    },
    'xdm:manufacturer': { title: 'Manufacturer', type: 'string' },
    'xdm:model': { title: 'Model', type: 'string' },
    'xdm:modelNumber': { title: 'Model number', type: 'string' },
    'xdm:screenHeight': { title: 'Screen height', type: 'integer' },
    'xdm:screenWidth': { title: 'Screen width', type: 'integer' },
    'xdm:colorDepth': { title: 'Color depth', type: 'integer' },
    'xdm:screenOrientation': {
      title: 'Screen orientation',
      type: 'string',
      enum: ['portrait', 'landscape'],
      'meta:enum': { portrait: 'Portrait', landscape: 'Landscape' },
    },
    'xdm:isBackgroundPushEnabled': { title: 'Background Push Enabled Flag', type: 'boolean' },
    'xdm:isLocationEnabled': { title: 'Location Enabled Flag', type: 'boolean' },
    'xdm:locationPermission': {
      title: 'Location Permission',
      type: 'string',
      enum: ['SYSTEM_LOCATION_DISABLED', 'NOT_ALLOWED', 'ALWAYS_ALLOWED', 'FOREGROUND_ALLOWED', 'UNPROMPTED'],
      'meta:enum': {
        SYSTEM_LOCATION_DISABLED: 'System Location Disabled',
        NOT_ALLOWED: 'Not Allowed',
        ALWAYS_ALLOWED: 'Always Allowed',
        FOREGROUND_ALLOWED: 'Foreground Allowed',
        UNPROMPTED: 'Unprompted',
      },
    },
    'xdm:isPushOptIn': { title: 'Push Opt In Flag', type: 'boolean' },
  },
}
