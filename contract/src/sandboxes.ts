import { type Static, Type } from 'typebox'

export const SandboxType = Type.Union([Type.Literal('production'), Type.Literal('development')])
export const SandboxState = Type.Union([
  Type.Literal('creating'),
  Type.Literal('active'),
  Type.Literal('resetting'),
  Type.Literal('deleted'),
  Type.Literal('failed'),
])

/** A space of its own inside an organisation. Times are `YYYY-MM-DD HH:MM:SS` in UTC. */
export const Sandbox = Type.Object({
  id: Type.String(),
  name: Type.String(),
  title: Type.String(),
  state: SandboxState,
  type: SandboxType,
  region: Type.String(),
  isDefault: Type.Boolean(),
  eTag: Type.Integer(),
  etag: Type.Integer({ description: 'The same as `eTag`; clients read either' }),
  createdDate: Type.String(),
  lastModifiedDate: Type.String(),
  createdBy: Type.String(),
  modifiedBy: Type.String(),
})
export type Sandbox = Static<typeof Sandbox>

const Link = Type.Object({ href: Type.String(), templated: Type.Boolean() })

export const SandboxList = Type.Object({
  sandboxes: Type.Array(Sandbox),
  _page: Type.Object({ limit: Type.Integer(), count: Type.Integer() }),
  _links: Type.Object({ next: Type.Optional(Link), prev: Type.Optional(Link), page: Link }),
})
export type SandboxList = Static<typeof SandboxList>

/** The answer to a request to make a sandbox; it is `active` a moment later. */
export const NewSandbox = Type.Object({
  id: Type.String(),
  name: Type.String(),
  title: Type.String(),
  state: SandboxState,
  type: SandboxType,
  region: Type.String(),
})
export type NewSandbox = Static<typeof NewSandbox>

export const SandboxTypeList = Type.Object({
  sandboxTypes: Type.Array(Type.Object({ id: Type.String(), title: Type.String() })),
})

export const CreateSandboxBody = Type.Object(
  {
    name: Type.Optional(Type.String({ description: 'Lower-case letters, digits and hyphens; unique' })),
    title: Type.Optional(Type.String()),
    type: Type.Optional(Type.String({ description: '`production` or `development`' })),
  },
  { additionalProperties: true },
)
export type CreateSandboxBody = Static<typeof CreateSandboxBody>

export const PatchSandboxBody = Type.Object(
  { title: Type.Optional(Type.String()) },
  { additionalProperties: true },
)
export type PatchSandboxBody = Static<typeof PatchSandboxBody>

export const SandboxListQuery = Type.Object(
  {
    limit: Type.Optional(
      Type.Integer({ description: 'Only together with `offset`; 50 when both are absent' }),
    ),
    offset: Type.Optional(Type.Integer()),
    orderBy: Type.Optional(Type.String({ description: '`asc:created,updated` or `desc:…`' })),
    property: Type.Optional(Type.Array(Type.String(), { description: '`state==active`, `name!=prod`' })),
  },
  { additionalProperties: true },
)
export type SandboxListQuery = Static<typeof SandboxListQuery>

export const SandboxName = Type.Object({ name: Type.String() })

export const SandboxError = Type.Object(
  {
    type: Type.String(),
    title: Type.String(),
    status: Type.Integer(),
    detail: Type.String(),
  },
  { title: 'SandboxError', additionalProperties: false },
)
