import { auditable } from './auditable.ts'
import { type GlobalSource, PROFILE_CLASS, text } from './global-source.ts'
import { record } from './record.ts'

export const profile: GlobalSource = {
  kind: 'classes',
  id: PROFILE_CLASS,
  title: 'XDM Individual Profile',
  description: 'What is known of one person, identified or not.',
  includes: [auditable.id, record.id],
  fields: { 'xdm:personID': text('Person ID', 'Identifies the person or the fragment of a profile.') },
}
