import { date, type GlobalSource, integer, only, text, typed } from './global-source.ts'
import { personName } from './person-name.ts'

export const person: GlobalSource = {
  kind: 'datatypes',
  id: 'https://ns.adobe.com/xdm/context/person',
  title: 'Person',
  description: 'A person in any role: customer, contact, owner.',
  fields: {
    'xdm:name': typed('Full name', 'The name of the person.', personName.id),
    'xdm:birthDate': date('Birth date(YYYY-MM-DD)', 'The whole date of birth.'),
    'xdm:birthDayAndMonth': text('Birth date (MM-DD)', 'Day and month of birth when the year is unknown.', {
      pattern: '[0-1][0-9]-[0-9][0-9]',
    }),
    'xdm:birthYear': integer('Birth year', 'Year of birth when only that is known.', {
      minimum: 1,
      maximum: 32_767,
    }),
    'xdm:gender': text('Gender', 'Gender identity of the person.', {
      default: 'not_specified',
      ...only({
        male: 'Male',
        female: 'Female',
        not_specified: 'Not Specified',
        non_specific: 'Non-specific',
      }),
    }),
    'xdm:maritalStatus': text('Marital Status', 'Relationship to a significant other.', {
      default: 'not_specified',
      ...only({
        married: 'Married',
        single: 'Single',
        divorced: 'Divorced',
        widowed: 'Widowed',
        not_specified: 'Not Specified',
      }),
    }),
    'xdm:nationality': text(
      'Nationality',
      'ISO 3166-1 alpha-2 code of the state that the person belongs to.',
      {
        pattern: '^[A-Z]{2}$',
      },
    ),
    'xdm:type': text('Type', 'The kind of person that a business sees, such as B2C.'),
    'xdm:taxId': text('Tax ID', 'Number of the person at the tax office.', { 'meta:status': 'deprecated' }),
  },
}
