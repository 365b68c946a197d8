import { type Static, type TProperties, Type } from 'typebox'
import { AnyObject, EpochMs, Uuid, Words } from '../schema-parts.ts'
import { SOME } from './ids.ts'

/** What connections, source and target connections, flows and runs have in common. */

const Etag = Type.String({
  title: 'Etag',
  description: 'The version, with its double quotes. Opaque; changes with every change of the resource',
  examples: [SOME.etag],
})

export const AUDIT = {
  id: Uuid('Id of the resource'),
  createdAt: EpochMs('When it was made'),
  updatedAt: EpochMs('When it was last changed'),
  createdBy: Type.String({ description: 'Id of the user who made it', examples: [SOME.user] }),
  updatedBy: Type.String({ description: 'Id of the user who last changed it', examples: [SOME.user] }),
  createdClient: Type.String({ description: 'Id of the client that made it', examples: [SOME.client] }),
  updatedClient: Type.String({
    description: 'Id of the client that last changed it',
    examples: [SOME.client],
  }),
  sandboxId: Uuid('Id of its sandbox', SOME.sandbox),
  sandboxName: Type.String({ description: 'Name of its sandbox', examples: ['prod'] }),
  imsOrgId: Type.String({ description: 'Its organization', examples: [SOME.org] }),
  etag: Etag,
}

const OperationStatus = Type.Object(
  { value: Type.String({ examples: ['completed'] }), errors: Type.Array(Type.Unknown()) },
  { description: 'How it ended' },
)

export const LastOperation = Type.Object(
  {
    operation: Type.String({
      description: '`create`, `draft_create`, `update`, or the action',
      examples: ['update'],
    }),
    started: EpochMs('When it began'),
    updated: Type.Integer({ description: 'When it ended, in epoch milliseconds; 0 for a creation' }),
    percentCompleted: Type.Optional(Type.Number({ description: 'Of an update' })),
    status: Type.Optional(OperationStatus),
    ops: Type.Optional(
      Type.Array(AnyObject('An operation'), { description: 'What was patched, secrets masked' }),
    ),
  },
  { title: 'LastOperation', description: 'What was last done to a resource' },
)
export type LastOperation = Static<typeof LastOperation>

export const State = Words(['draft', 'enabled', 'disabled'], {
  title: 'State',
  description: 'Only what is enabled runs; a draft may be incomplete and is published later',
})
export type State = Static<typeof State>

export const ENTITY = {
  ...AUDIT,
  version: Type.String({ description: 'The same as `etag`', examples: [SOME.etag] }),
  name: Type.Optional(Type.String({ description: 'Drafts and target connections may lack it' })),
  description: Type.Optional(Type.String()),
  state: State,
  lastOperation: LastOperation,
  labels: Type.Optional(Type.Array(Type.String(), { description: 'Labels of your own' })),
  attributes: Type.Optional(AnyObject('Anything of your own')),
}

/** An answer that names what was made or changed. */
export const Reference = Type.Object(
  { id: Uuid('Id of the resource', SOME.flow), etag: Etag },
  {
    title: 'Reference',
    description: 'What was made or changed, in its new version',
    examples: [{ id: SOME.flow, etag: SOME.etag }],
  },
)
export type Reference = Static<typeof Reference>

/** A resource that may hold members of its client's own. */
export const Entity = <Properties extends TProperties>(
  title: string,
  properties: Properties,
  options: { readonly description: string; readonly examples: readonly unknown[] },
) => Type.Object(properties, { ...options, title })
