import { Type } from 'typebox'
import { AnyObject, Given, OPEN } from './parts.ts'

/** What connections, source and target connections, flows and runs have in common. */

export const ENTITY_BODY = { name: Given('Name; only drafts may lack it'), description: Given('Free text') }

export const AUDIT = {
  id: Type.String({ format: 'uuid' }),
  createdAt: Type.Integer({ description: 'Epoch milliseconds' }),
  updatedAt: Type.Integer({ description: 'Epoch milliseconds' }),
  createdBy: Type.String(),
  updatedBy: Type.String(),
  createdClient: Type.String(),
  updatedClient: Type.String(),
  sandboxId: Type.String({ format: 'uuid' }),
  sandboxName: Type.String(),
  imsOrgId: Type.String(),
  etag: Type.String({ description: 'With its double quotes' }),
}

export const ENTITY = {
  ...AUDIT,
  version: Type.String({ description: 'The same as etag' }),
  name: Type.Optional(Type.String()),
  description: Type.Optional(Type.String()),
  state: Type.Union([Type.Literal('draft'), Type.Literal('enabled'), Type.Literal('disabled')]),
  lastOperation: AnyObject('What the last change was'),
}

export const Reference = Type.Object(
  { id: Type.String(), etag: Type.String({ examples: ['"6802064a-0000-0200-0000-6387c6b90000"'] }) },
  OPEN,
)
