import { EXPERIENCE_EVENT_CLASS, type GlobalSource, suggested, text } from './global-source.ts'
import { identityMap } from './identity-map.ts'
import { timeSeries } from './time-series.ts'

export const experienceEvent: GlobalSource = {
  kind: 'classes',
  id: EXPERIENCE_EVENT_CLASS,
  title: 'XDM ExperienceEvent',
  description: 'Something that happened: the time, and who or what took part in it.',
  includes: [identityMap.id, timeSeries.id],
  required: ['@id', 'xdm:timestamp'],
  fields: {
    'xdm:eventMergeId': text('ExperienceEvent merge ID', 'Shared by events that are one and the same.'),
    'xdm:producedBy': text('Produced By', 'Who or what produced the event.', {
      default: 'self',
      ...suggested({
        self: 'Self',
        system: 'System',
        salesRef: 'Sales Representative',
        customerRep: 'Customer Representative',
      }),
    }),
  },
}
