import { EXPERIENCE_EVENT_CLASS, type GlobalSource, PROFILE_CLASS, typed } from './global-source.ts'
import { person } from './person.ts'

export const profilePersonDetails: GlobalSource = {
  kind: 'fieldgroups',
  id: 'https://ns.adobe.com/xdm/context/profile-person-details',
  title: 'Demographic Details',
  description: 'Name, gender, birth date and the like of a person.',
  intendedToExtend: [PROFILE_CLASS, EXPERIENCE_EVENT_CLASS],
  fields: { 'xdm:person': typed('Person', 'The person: an actor, a contact or an owner.', person.id) },
}
