import { CLASSES } from '#services/schema-registry/global/classes/all.ts'
import { DATA_TYPES } from '#services/schema-registry/global/data-types/all.ts'
import { FIELD_GROUPS } from '#services/schema-registry/global/field-groups/all.ts'
import { address } from './address.ts'
import { adhoc } from './adhoc.ts'
import { auditable } from './auditable.ts'
import { emailAddress } from './email-address.ts'
import { experienceEvent } from './experience-event.ts'
import { geo } from './geo.ts'
import { geoCoordinates } from './geo-coordinates.ts'
import type { GlobalSource } from './global-source.ts'
import { identityItem } from './identity-item.ts'
import { identityMap } from './identity-map.ts'
import { person } from './person.ts'
import { personName } from './person-name.ts'
import { phoneNumber } from './phone-number.ts'
import { profile } from './profile.ts'
import { profileLoyaltyDetails } from './profile-loyalty-details.ts'
import { profilePersonDetails } from './profile-person-details.ts'
import { profilePersonalDetails } from './profile-personal-details.ts'
import { record } from './record.ts'
import { timeSeries } from './time-series.ts'

/** Everything that the global container holds. */
export const GLOBAL_SOURCES: readonly GlobalSource[] = [
  record,
  timeSeries,
  adhoc,
  profile,
  experienceEvent,
  identityMap,
  profilePersonDetails,
  profilePersonalDetails,
  profileLoyaltyDetails,
  auditable,
  identityItem,
  person,
  personName,
  address,
  emailAddress,
  phoneNumber,
  geo,
  geoCoordinates,
  ...CLASSES,
  ...FIELD_GROUPS,
  ...DATA_TYPES,
]
