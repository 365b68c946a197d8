import type { GlobalSource } from '#services/schema-registry/global/global-source.ts'

export const experienceeventChannel: GlobalSource = {
  kind: 'fieldgroups',
  id: 'https://ns.adobe.com/xdm/context/experienceevent-channel',
  title: 'Channel Details',
  description: 'The channel on which an event happened.',
  intendedToExtend: ['https://ns.adobe.com/xdm/context/experienceevent'],
  fields: {
    'xdm:channel': { title: 'Experience channel', $ref: 'https://ns.adobe.com/xdm/channels/channel' },
  },
}
