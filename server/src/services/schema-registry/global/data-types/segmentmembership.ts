import type { GlobalSource } from '#services/schema-registry/global/global-source.ts'

export const segmentmembership: GlobalSource = {
  kind: 'datatypes',
  id: 'https://ns.adobe.com/xdm/context/segmentmembership',
  title: 'Segment membership',
  description: 'Whether someone is in one segment, and since when.',
  fields: {
    'xdm:segmentID': {
      title: 'Segment ID',
      $ref: 'https://ns.adobe.com/xdm/context/segmentidentity',
      'meta:status': 'deprecated',
    },
    'xdm:version': { title: 'Version', type: 'string' },
    'xdm:lastQualificationTime': { title: 'Last qualification time', type: 'string', format: 'date-time' },
    'xdm:payload': {
      title: 'Payload',
      type: 'object',
      required: ['xdm:payloadType'],
      properties: {
        'xdm:payloadBooleanValue': { title: 'Value', type: 'boolean' },
        'xdm:payloadNumberValue': { title: 'Value', type: 'number' },
        'xdm:payloadPropensityValue': { title: 'Value', type: 'number', maximum: 1, exclusiveMinimum: 0 },
        'xdm:payloadStringValue': { title: 'Value', type: 'string' },
        'xdm:payloadType': {
          title: 'Payload Type',
          type: 'string',
          enum: ['boolean', 'number', 'propensity', 'string'],
          'meta:enum': { boolean: 'Boolean', number: 'Number', propensity: 'Propensity', string: 'String' },
        },
      },
    },
    'xdm:validUntil': { title: 'Valid until', type: 'string', format: 'date-time' },
    'xdm:status': {
      title: 'Status',
      type: 'string',
      default: 'realized',
      enum: ['existing', 'realized', 'exited'],
      'meta:enum': {
        existing: 'Entity continues to be in the segment.',
        realized: 'Entity is entering the segment.',
        exited: 'Entity is exiting the segment.',
      },
    },
    'xdm:profileStitchID': { $ref: 'https://ns.adobe.com/xdm/context/profileStitchIdentity' },
    'xdm:timerSpec': { title: 'timerSpec', type: 'string' },
  },
}
