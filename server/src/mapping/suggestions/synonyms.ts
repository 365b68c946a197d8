/**
 * What people call the standard fields of XDM. The first path that a schema has counts. Names are compared without
 * separators and capital letters.
 */
const SYNONYMS: Readonly<Record<string, string>> = {
  _id: 'id key pk uid recordid',
  timestamp: 'timestamp ts eventtime eventtimestamp occurredat eventdate',
  eventType: 'eventtype eventname event',
  'person.name.firstName': 'firstname fname givenname forename first',
  'person.name.middleName': 'middlename mname',
  'person.name.lastName': 'lastname lname surname familyname last',
  'person.name.fullName': 'name fullname displayname customername personname',
  'person.name.courtesyTitle': 'salutation courtesytitle honorific',
  'person.birthDate': 'birthdate dateofbirth dob birthday bday',
  'person.birthYear': 'birthyear yearofbirth yob',
  'person.gender': 'gender sex',
  'person.maritalStatus': 'maritalstatus',
  'person.nationality': 'nationality',
  'personalEmail.address': 'email emailaddress mail mailaddress personalemail privateemail',
  'workEmail.address': 'workemail businessemail companyemail',
  'homePhone.number': 'phone phonenumber telephone telephonenumber tel homephone homephonenumber',
  'mobilePhone.number': 'mobile mobilephone mobilenumber mobilephonenumber cell cellphone cellphonenumber',
  'faxPhone.number': 'fax faxnumber',
  'homeAddress.street1': 'address street address1 street1 streetaddress addressline1 homeaddress',
  'homeAddress.street2': 'address2 street2 addressline2',
  'homeAddress.city': 'city town homecity',
  'homeAddress.postalCode': 'zip zipcode postalcode postcode postal plz',
  'homeAddress.state': 'state province',
  'homeAddress.stateProvince': 'statecode provincecode',
  'homeAddress.country': 'country countryname',
  'homeAddress.countryCode': 'countrycode countryiso',
  'homeAddress._schema.latitude': 'latitude lat',
  'homeAddress._schema.longitude': 'longitude lon lng long',
  'loyalty.points': 'loyaltypoints points',
  'loyalty.tier': 'loyaltytier tier',
}

/** Name without separators → path of the field. */
export const PATH_OF_SYNONYM: ReadonlyMap<string, string> = new Map(
  Object.entries(SYNONYMS).flatMap(([path, names]) => names.split(' ').map((name) => [name, path] as const)),
)
