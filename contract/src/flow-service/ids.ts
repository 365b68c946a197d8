/** What the examples of the Flow Service speak of: one table on its way into one dataset. */
export const SOME = {
  connection: '6a3c2b10-8f4e-4d27-9b1c-0e5d7f8a9b21',
  sourceConnection: '1d5e8f72-3b6a-4c90-8e2d-7f1a0b9c8d43',
  targetConnection: '9e7f6d5c-2a1b-4e38-b0c9-8d7e6f5a4b65',
  flow: '0f9e8d7c-6b5a-4f4e-8d3c-2b1a0f9e8d7c',
  run: '7c6b5a49-3827-4160-95f4-e3d2c1b0a987',
  sandbox: 'a1b2c3d4-0000-4000-8000-000000000001',
  dataset: '65f0c1d2e3a4b5c6d7e8f901',
  schema: 'https://ns.adobe.com/acme/schemas/8f2b4c6d0e1a3f5b7c9d8e6f4a2b0c1d3e5f7a9b8c6d4e2f',
  mapping: 'b6b0e5f4a6d84a1f9c0f6b7c8d9e0f10',
  batch: '01GKQEBS103JPWNZNJTEVFVDMY',
  org: '4F3BB22C5631222A7F000101@AdobeOrg',
  user: '0123456789ABCDEF01234567@techacct.adobe.com',
  client: '9f8e7d6c5b4a39281706f5e4d3c2b1a0',
  etag: '"6802064a-0000-0200-0000-68e63b000000"',
  postgres: { id: '74a1c565-4e59-48d7-9d67-7c03b8a13137', version: '1.0' },
  lake: { id: 'c604ff05-7f1a-43c0-8e18-33bf874cb11c', version: '1.0' },
  flowSpec: { id: '14518937-270c-4525-bdec-c2ba7cce3860', version: '1.0' },
  provider: '0ed90a81-07f4-4586-8190-b40eccef1c5a',
} as const

/** The members that every stored resource of the examples has. */
export const SOME_AUDIT = {
  createdAt: 1760000000000,
  updatedAt: 1760000000000,
  createdBy: SOME.user,
  updatedBy: SOME.user,
  createdClient: SOME.client,
  updatedClient: SOME.client,
  sandboxId: SOME.sandbox,
  sandboxName: 'prod',
  imsOrgId: SOME.org,
  etag: SOME.etag,
} as const
