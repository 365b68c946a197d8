import { address } from './address.ts'
import { emailAddress } from './email-address.ts'
import { EXPERIENCE_EVENT_CLASS, type GlobalSource, PROFILE_CLASS, typed } from './global-source.ts'
import { phoneNumber } from './phone-number.ts'

export const profilePersonalDetails: GlobalSource = {
  kind: 'fieldgroups',
  id: 'https://ns.adobe.com/xdm/context/profile-personal-details',
  title: 'Personal Contact Details',
  description: 'Home address, email and phone numbers of a person.',
  intendedToExtend: [PROFILE_CLASS, EXPERIENCE_EVENT_CLASS],
  fields: {
    'xdm:homeAddress': typed('Home Address', 'Where the person lives.', address.id),
    'xdm:personalEmail': typed('Personal Email', 'Private email address.', emailAddress.id),
    'xdm:homePhone': typed('Home Phone', 'Phone at home.', phoneNumber.id),
    'xdm:mobilePhone': typed('Mobile Phone', 'Mobile phone.', phoneNumber.id),
    'xdm:faxPhone': typed('Fax Phone', 'Fax machine.', phoneNumber.id),
    'xdm:shippingAddressPhone': typed('Shipping Address Phone', 'Phone where goods go.', phoneNumber.id),
    'xdm:billingAddressPhone': typed('Billing Address Phone', 'Phone where bills go.', phoneNumber.id),
    'xdm:shippingAddress': typed('Shipping Address', 'Where goods go.', address.id),
    'xdm:billingAddress': typed('Billing Address', 'Where bills go.', address.id),
    'xdm:mailingAddress': typed('Mailing Address', 'Where mail goes.', address.id),
  },
}
