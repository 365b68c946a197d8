/** What the examples of Catalog, Data Access and Data Prep speak of. */
export const THESE = {
  dataset: '65f0c1d2e3a4b5c6d7e8f901',
  view: '65f0c1d2e3a4b5c6d7e8f902',
  batch: '01GKQEBS103JPWNZNJTEVFVDMY',
  file: '01GKQEBS103JPWNZNJTEVFVDMY-0',
  schema: 'https://ns.adobe.com/acme/schemas/8f2b4c6d0e1a3f5b7c9d8e6f4a2b0c1d3e5f7a9b8c6d4e2f',
  mappingSet: 'b6b0e5f4a6d84a1f9c0f6b7c8d9e0f10',
  mapping: '0c1d2e3f4a5b6c7d8e9f0a1b2c3d4e5f',
  org: '4F3BB22C5631222A7F000101@AdobeOrg',
  sandbox: 'a1b2c3d4-0000-4000-8000-000000000001',
  user: '0123456789ABCDEF01234567@techacct.adobe.com',
  client: '9f8e7d6c5b4a39281706f5e4d3c2b1a0',
  at: 1760000000000,
} as const
