import { type Static, Type } from 'typebox'
import { Filled, OPEN, Words } from './schema-parts.ts'

/** Requests and answers of Sandbox Management: the spaces of an organization. */

const TYPES = ['production', 'development'] as const

export const SandboxType = Words(TYPES, { title: 'SandboxType', description: 'What a sandbox is for' })

export const SandboxState = Words(['creating', 'active', 'resetting', 'deleting', 'deleted', 'failed'], {
  title: 'SandboxState',
  description: 'Only an active sandbox can be worked in',
})

const Time = (description: string) =>
  Type.String({
    description: `${description}: \`YYYY-MM-DD HH:MM:SS\` in UTC`,
    examples: ['2025-10-09 08:53:20'],
  })

const NEW = {
  id: Type.String({ format: 'uuid', description: 'Id of the sandbox' }),
  name: Type.String({ description: 'What `x-sandbox-name` takes', examples: ['prod'] }),
  title: Type.String({ description: 'For people' }),
  state: SandboxState,
  type: SandboxType,
  region: Type.String({ examples: ['VA7'] }),
}

const PROD = {
  id: 'a1b2c3d4-0000-4000-8000-000000000001',
  name: 'prod',
  title: 'Production',
  state: 'active',
  type: 'production',
  region: 'VA7',
  isDefault: true,
  eTag: 2,
  etag: 2,
  createdDate: '2025-10-09 08:53:20',
  lastModifiedDate: '2025-10-09 08:53:20',
  createdBy: 'headwater@AdobeID',
  modifiedBy: 'headwater@AdobeID',
} as const

export const Sandbox = Type.Object(
  {
    ...NEW,
    isDefault: Type.Boolean({ description: 'True for the one that is meant when none is named' }),
    eTag: Type.Integer({ description: 'Its version' }),
    etag: Type.Integer({ description: 'The same as `eTag`; clients read either' }),
    createdDate: Time('When it was made'),
    lastModifiedDate: Time('When it was last changed'),
    createdBy: Type.String(),
    modifiedBy: Type.String(),
  },
  { title: 'Sandbox', description: 'A space of its own inside an organization', examples: [PROD] },
)
export type Sandbox = Static<typeof Sandbox>

const Link = Type.Object({ href: Type.String(), templated: Type.Boolean() })

export const SandboxList = Type.Object(
  {
    sandboxes: Type.Array(Sandbox),
    _page: Type.Object({ limit: Type.Integer(), count: Type.Integer() }),
    _links: Type.Object({ next: Type.Optional(Link), prev: Type.Optional(Link), page: Link }),
  },
  {
    title: 'SandboxList',
    examples: [
      {
        sandboxes: [PROD],
        _page: { limit: 50, count: 1 },
        _links: {
          page: {
            href: 'http://127.0.0.1:8080/data/foundation/sandbox-management/sandboxes?limit={limit}&offset={offset}',
            templated: true,
          },
        },
      },
    ],
  },
)
export type SandboxList = Static<typeof SandboxList>

/** The answer to a request to make a sandbox; it is `active` a moment later. */
export const NewSandbox = Type.Object(NEW, {
  title: 'NewSandbox',
  description: 'The sandbox that is being made; it is active a moment later',
  examples: [
    {
      id: 'a1b2c3d4-0000-4000-8000-000000000003',
      name: 'tests',
      title: 'Tests',
      state: 'creating',
      type: 'development',
      region: 'VA7',
    },
  ],
})
export type NewSandbox = Static<typeof NewSandbox>

/** The answer to a request to empty or delete a sandbox, whose data are gone a while later. */
export const ChangingSandbox = Type.Object(NEW, {
  title: 'ChangingSandbox',
  description: 'The sandbox that is being emptied or deleted, which takes a while',
  examples: [
    {
      id: 'a1b2c3d4-0000-4000-8000-000000000003',
      name: 'tests',
      title: 'Tests',
      state: 'resetting',
      type: 'development',
      region: 'VA7',
    },
  ],
})
export type ChangingSandbox = Static<typeof ChangingSandbox>

export const SandboxTypeList = Type.Object(
  { sandboxTypes: Type.Array(Type.Object({ id: SandboxType, title: Type.String() })) },
  {
    title: 'SandboxTypeList',
    examples: [
      {
        sandboxTypes: [
          { id: 'production', title: 'Production' },
          { id: 'development', title: 'Development' },
        ],
      },
    ],
  },
)
export type SandboxTypeList = Static<typeof SandboxTypeList>

export const CreateSandboxBody = Type.Object(
  {
    name: Type.String({
      pattern: '^[a-z0-9][a-z0-9-]{0,127}$',
      description: 'Lower-case letters, digits and hyphens; unique',
    }),
    title: Type.Optional(Filled('For people; the name when absent', { pattern: '\\S' })),
    type: Words(TYPES, { description: 'What it is for' }),
  },
  {
    ...OPEN,
    title: 'SandboxBody',
    description: 'A sandbox to be made',
    examples: [{ name: 'tests', title: 'Tests', type: 'development' }],
  },
)
export type CreateSandboxBody = Static<typeof CreateSandboxBody>

export const PatchSandboxBody = Type.Object(
  { title: Filled('For people', { pattern: '\\S' }) },
  {
    ...OPEN,
    title: 'SandboxPatch',
    description: 'What to change about a sandbox',
    examples: [{ title: 'Playground' }],
  },
)
export type PatchSandboxBody = Static<typeof PatchSandboxBody>

export const ResetSandboxBody = Type.Object(
  { action: Words(['reset'], { description: 'What to do with it' }) },
  {
    ...OPEN,
    title: 'SandboxReset',
    description: 'Asks for a sandbox to be emptied',
    examples: [{ action: 'reset' }],
  },
)
export type ResetSandboxBody = Static<typeof ResetSandboxBody>

const Flag = (description: string) =>
  Type.Optional(Type.String({ pattern: '^([Tt]rue|[Ff]alse)$', description, examples: ['true'] }))

export const SandboxChangeQuery = Type.Object(
  {
    validationOnly: Flag('`true` tries whether it would work and changes nothing'),
    ignoreWarnings: Flag('Taken and of no effect: nothing is warned of here'),
  },
  OPEN,
)
export type SandboxChangeQuery = Static<typeof SandboxChangeQuery>

export const SandboxListQuery = Type.Object(
  {
    limit: Type.Optional(
      Type.Integer({ minimum: 1, description: 'Only together with `offset`; 50 when both are absent' }),
    ),
    offset: Type.Optional(
      Type.Integer({ minimum: 0, description: 'How many to leave out at the beginning' }),
    ),
    orderBy: Type.Optional(Type.String({ description: 'Sort keys', examples: ['asc:created,updated'] })),
    property: Type.Optional(
      Type.Array(Type.String(), {
        description: 'A condition on a property; several are joined by and',
        examples: [['state==active']],
      }),
    ),
  },
  OPEN,
)
export type SandboxListQuery = Static<typeof SandboxListQuery>

export const SandboxName = Type.Object({
  name: Type.String({ description: 'Name of the sandbox', examples: ['prod'] }),
})

export const SandboxError = Type.Object(
  {
    type: Type.String({
      description: 'Ends in the code',
      examples: ['http://ns.adobe.com/aep/errors/SMS-1001-404'],
    }),
    title: Type.String({ description: 'The kind of error' }),
    status: Type.Integer({ description: 'The HTTP status' }),
    detail: Type.String({ description: 'What is wrong and what to do' }),
  },
  { title: 'SandboxError', description: 'An error of Sandbox Management' },
)
