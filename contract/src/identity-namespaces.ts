import { type Static, Type } from 'typebox'
import { EpochMs, Filled, OPEN, Words } from './schema-parts.ts'

/** Requests and answers of the identity namespaces: what an identity is an identity in. */

/** What identities of a namespace belong to. */
export const IDENTITY_TYPES = [
  'COOKIE',
  'CROSS_DEVICE',
  'DEVICE',
  'EMAIL',
  'MOBILE',
  'NON_PEOPLE',
  'PHONE',
  'B2B_ACCOUNT',
  'B2B_ACCOUNT_PERSON',
  'B2B_CAMPAIGN',
  'B2B_CAMPAIGN_MEMBER',
  'B2B_MARKETING_LIST',
  'B2B_MARKETING_LIST_MEMBER',
  'B2B_OPPORTUNITY',
  'B2B_OPPORTUNITY_PERSON',
] as const

const IdentityType = Words(IDENTITY_TYPES, {
  title: 'IdentityType',
  description: 'What the identities of a namespace belong to: a browser, a device, a person, a thing',
  examples: ['CROSS_DEVICE'],
})

const EMAIL = {
  id: 6,
  code: 'Email',
  name: 'Email',
  idType: 'EMAIL',
  description: 'Email addresses',
  status: 'ACTIVE',
  custom: false,
  createTime: 1767225600000,
  updateTime: 1767225600000,
} as const

export const IdentityNamespace = Type.Object(
  {
    id: Type.Integer({
      description: 'What `xdm:property` `xdm:id` of an identity descriptor means',
      examples: [6],
    }),
    code: Type.String({ description: 'What it is called in data and in descriptors', examples: ['Email'] }),
    name: Type.String({ description: 'For people', examples: ['Email'] }),
    idType: IdentityType,
    description: Type.String({ description: 'For people' }),
    status: Words(['ACTIVE'], { description: 'Whether it can be used' }),
    custom: Type.Boolean({ description: 'False for those that every sandbox has' }),
    createTime: EpochMs('When it was made'),
    updateTime: EpochMs('When it was changed last'),
  },
  {
    title: 'IdentityNamespace',
    description: 'What an identity is an identity in: email addresses, phone numbers, the ids of a system',
    examples: [EMAIL],
  },
)
export type IdentityNamespace = Static<typeof IdentityNamespace>

export const IdentityNamespaceList = Type.Array(IdentityNamespace, {
  description: 'Those that every sandbox has, then those of this one',
  examples: [[EMAIL]],
})
export type IdentityNamespaceList = Static<typeof IdentityNamespaceList>

export const IdentityNamespaceBody = Type.Object(
  {
    code: Filled('Unique in the sandbox, whatever its case; it never changes', {
      pattern: '^[A-Za-z0-9_]{1,64}$',
      examples: ['Loyalty'],
    }),
    name: Filled('For people', { pattern: '\\S', maxLength: 256, examples: ['Loyalty number'] }),
    idType: IdentityType,
    description: Type.Optional(Type.String({ description: 'For people' })),
  },
  {
    ...OPEN,
    title: 'IdentityNamespaceBody',
    description: 'An identity namespace to be made',
    examples: [{ code: 'Loyalty', name: 'Loyalty number', idType: 'CROSS_DEVICE' }],
  },
)
export type IdentityNamespaceBody = Static<typeof IdentityNamespaceBody>

export const IdentityNamespaceParams = Type.Object({
  id: Type.String({ description: 'Id of the namespace', examples: ['6'] }),
})

export const IdentityNamespaceError = Type.Object(
  {
    status: Type.Integer({ description: 'The HTTP status' }),
    code: Type.String({ description: 'Stable', examples: ['NAMESPACE_CODE_CONFLICT'] }),
    message: Type.String({ description: 'What is wrong and what to do' }),
  },
  {
    title: 'IdentityNamespaceError',
    description: 'An error of the identity namespaces',
    additionalProperties: false,
  },
)
