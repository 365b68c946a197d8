import { flag, type GlobalSource, only, text } from './global-source.ts'

export const identityItem: GlobalSource = {
  kind: 'datatypes',
  id: 'https://ns.adobe.com/xdm/context/identityitem',
  title: 'Identity item',
  description: 'One identity of a person in one namespace.',
  fields: {
    'xdm:id': text('Identifier', 'The identity in its namespace.'),
    'xdm:authenticatedState': text('Authenticated state', 'How sure the identity was when it was seen.', {
      default: 'ambiguous',
      ...only({
        ambiguous: 'Ambiguous',
        authenticated: 'Logged in at the time',
        loggedOut: 'Logged in some time before',
      }),
    }),
    'xdm:primary': flag('Primary', 'The identity that is preferred over the others.', { default: false }),
  },
}
