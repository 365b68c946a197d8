import type { GlobalSource } from '#services/schema-registry/global/global-source.ts'
import { experienceeventApplication } from './experienceevent-application.ts'
import { experienceeventChannel } from './experienceevent-channel.ts'
import { experienceeventCommerce } from './experienceevent-commerce.ts'
import { experienceeventDirectmarketing } from './experienceevent-directmarketing.ts'
import { experienceeventEnduserids } from './experienceevent-enduserids.ts'
import { experienceeventEnvironmentDetails } from './experienceevent-environment-details.ts'
import { experienceeventImplementationDetails } from './experienceevent-implementation-details.ts'
import { experienceeventLoyaltyDetails } from './experienceevent-loyalty-details.ts'
import { experienceeventMarketing } from './experienceevent-marketing.ts'
import { experienceeventOrderDetails } from './experienceevent-order-details.ts'
import { experienceeventSearch } from './experienceevent-search.ts'
import { experienceeventSiteSearch } from './experienceevent-site-search.ts'
import { experienceeventUserLoginDetails } from './experienceevent-user-login-details.ts'
import { experienceeventWeb } from './experienceevent-web.ts'
import { externalSourceSystemAuditDetails } from './external-source-system-audit-details.ts'
import { personIdentifier } from './person-identifier.ts'
import { productCatalog } from './product-catalog.ts'
import { productCategory } from './product-category.ts'
import { productMeasurement } from './product-measurement.ts'
import { profileConsents } from './profile-consents.ts'
import { profilePreferencesDetails } from './profile-preferences-details.ts'
import { profileSegmentation } from './profile-segmentation.ts'
import { profileTestProfile } from './profile-test-profile.ts'
import { profileUserAccountDetails } from './profile-user-account-details.ts'
import { profileWorkDetails } from './profile-work-details.ts'

/** Field groups besides those that stand one folder up. */
export const FIELD_GROUPS: readonly GlobalSource[] = [
  experienceeventApplication,
  experienceeventChannel,
  experienceeventCommerce,
  experienceeventDirectmarketing,
  experienceeventEnduserids,
  experienceeventEnvironmentDetails,
  experienceeventImplementationDetails,
  experienceeventLoyaltyDetails,
  experienceeventMarketing,
  experienceeventOrderDetails,
  experienceeventSearch,
  experienceeventSiteSearch,
  experienceeventUserLoginDetails,
  experienceeventWeb,
  externalSourceSystemAuditDetails,
  personIdentifier,
  productCatalog,
  productCategory,
  productMeasurement,
  profileConsents,
  profilePreferencesDetails,
  profileSegmentation,
  profileTestProfile,
  profileUserAccountDetails,
  profileWorkDetails,
]
