import type { GlobalSource } from '#services/schema-registry/global/global-source.ts'
import { application } from './application.ts'
import { b2bSource } from './b2b-source.ts'
import { billing } from './billing.ts'
import { browserdetails } from './browserdetails.ts'
import { cart } from './cart.ts'
import { categorydata } from './categorydata.ts'
import { channel } from './channel.ts'
import { commerce } from './commerce.ts'
import { commercescope } from './commercescope.ts'
import { consentsAndPreferences } from './consents-and-preferences.ts'
import { currency } from './currency.ts'
import { device } from './device.ts'
import { directMarketing } from './direct-marketing.ts'
import { enduserids } from './enduserids.ts'
import { environment } from './environment.ts'
import { externalSourceSystemAudit } from './external-source-system-audit.ts'
import { geoCircle } from './geo-circle.ts'
import { geoShape } from './geo-shape.ts'
import { identity } from './identity.ts'
import { implementationdetails } from './implementationdetails.ts'
import { keyedlist } from './keyedlist.ts'
import { keyvalue } from './keyvalue.ts'
import { marketing } from './marketing.ts'
import { measure } from './measure.ts'
import { namespace } from './namespace.ts'
import { optinout } from './optinout.ts'
import { optinoutAdditionalDetails } from './optinout-additional-details.ts'
import { order } from './order.ts'
import { paymentitem } from './paymentitem.ts'
import { placecontext } from './placecontext.ts'
import { poiDetail } from './poi-detail.ts'
import { productlistitem } from './productlistitem.ts'
import { profileStitchIdentity } from './profile-stitch-identity.ts'
import { refunditem } from './refunditem.ts'
import { requisitionlist } from './requisitionlist.ts'
import { returnDetails } from './return.ts'
import { returnitem } from './returnitem.ts'
import { search } from './search.ts'
import { segmentidentity } from './segmentidentity.ts'
import { segmentmembership } from './segmentmembership.ts'
import { shipping } from './shipping.ts'
import { sitesearch } from './sitesearch.ts'
import { storeWebOrder } from './store-web-order.ts'
import { webinfo } from './webinfo.ts'

/** Data types besides those that stand one folder up. */
export const DATA_TYPES: readonly GlobalSource[] = [
  application,
  b2bSource,
  billing,
  browserdetails,
  cart,
  categorydata,
  channel,
  commerce,
  commercescope,
  consentsAndPreferences,
  currency,
  device,
  directMarketing,
  enduserids,
  environment,
  externalSourceSystemAudit,
  geoCircle,
  geoShape,
  identity,
  implementationdetails,
  keyedlist,
  keyvalue,
  marketing,
  measure,
  namespace,
  optinout,
  optinoutAdditionalDetails,
  order,
  paymentitem,
  placecontext,
  poiDetail,
  productlistitem,
  profileStitchIdentity,
  refunditem,
  requisitionlist,
  returnDetails,
  returnitem,
  search,
  segmentidentity,
  segmentmembership,
  shipping,
  sitesearch,
  storeWebOrder,
  webinfo,
]
