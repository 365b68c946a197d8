import { type GlobalSource, text } from './global-source.ts'

export const personName: GlobalSource = {
  kind: 'datatypes',
  id: 'https://ns.adobe.com/xdm/context/person-name',
  title: 'Person name',
  description: 'The name of a person, in parts and whole.',
  fields: {
    'xdm:firstName': text('First name', 'The part that is written first; in many cultures the given name.'),
    'xdm:lastName': text('Last name', 'The part that is written last; in many cultures the family name.'),
    'xdm:middleName': text('Middle name', 'Names between the first and the last.'),
    'xdm:courtesyTitle': text('Courtesy title', 'What is said before the name, such as Dr.'),
    'xdm:suffix': text('Suffix', 'What is written after the name, such as Jr.'),
    'xdm:fullName': text('Full name', 'The whole name as it is usually written.'),
  },
}
