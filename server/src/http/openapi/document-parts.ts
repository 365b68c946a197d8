/** What the document says of the API as a whole. */

export const INFO = {
  title: 'Headwater',
  summary: 'Brings PostgreSQL tables into Apache Iceberg tables, on a schedule and on demand.',
  description: `An open, self-hosted Flow Service with the services that a source dataflow needs.

**Getting in.** Make a client with \`npm run headwater -- credentials create\`, get a token at \`/ims/token/v3\`, and send
\`Authorization: Bearer …\`, \`x-api-key\` (the id of the client), \`x-gw-ims-org-id\` and \`x-sandbox-name\` with every request.

**Changing something.** A resource carries an \`etag\`, double quotes included. Send it back in \`If-Match\`: a change of
what somebody else has changed meanwhile is refused with 412, and nothing is lost.

**Reading lists.** A page ends with \`_links.next.href\` while there is more. The token in it carries filter, order and
limit; sending them again does no harm.

**When something goes wrong** the answer is JSON with one sentence on what is wrong and what to do. Codes are stable, the
wording is not. The header \`x-request-id\` leads to the log. A member that is \`null\` counts as absent, and members that
are unknown are left alone.`,
  contact: { name: 'Headwater' },
  license: { name: 'Apache License 2.0', identifier: 'Apache-2.0' },
} as const

export const TAGS: readonly { readonly name: string; readonly description: string }[] = [
  { name: 'Connection specs', description: 'The kinds of systems that can be connected, and how.' },
  {
    name: 'Connections',
    description: 'Base connections: credentials of one system, their test, and what can be seen with them.',
  },
  {
    name: 'Source connections',
    description: 'What a flow reads: a table or a view, its columns, a row filter.',
  },
  { name: 'Target connections', description: 'Where a flow lands what it read: a dataset.' },
  { name: 'Flow specs', description: 'The kinds of flows, and what can be set about them.' },
  { name: 'Flows', description: 'Standing orders to bring a table into a dataset, on a schedule.' },
  { name: 'Runs', description: 'Single executions of flows: their windows, progress, results and errors.' },
  { name: 'Subscriptions', description: 'Webhooks: who is told what becomes of runs, and what was sent.' },
  { name: 'IMS', description: 'Access tokens, and the keys that verify them.' },
  { name: 'Sandboxes', description: 'The spaces of an organization, each with everything of its own.' },
  {
    name: 'Schema Registry',
    description: 'Classes, field groups, data types, schemas and their descriptors.',
  },
  {
    name: 'Identity namespaces',
    description: 'What an identity is an identity in: email addresses, phone numbers, the ids of a system.',
  },
  { name: 'Catalog', description: 'Datasets, the batches that runs land in them, and their files.' },
  { name: 'Batch ingestion', description: 'Files that clients upload into datasets as batches.' },
  { name: 'Data Prep', description: 'Mapping sets from columns to fields, and their language.' },
  { name: 'Data Access', description: 'The files of batches, rows that were set aside, and previews.' },
  { name: 'Labels', description: 'What the data of a dataset, or of a field of it, may be used for.' },
  { name: 'Observability', description: 'Figures of ingestion over time.' },
  {
    name: 'Monitoring',
    description:
      'What happens as it happens, what runs have brought, tables of the lake, and who changed what.',
  },
  {
    name: 'Iceberg',
    description: 'Datasets as tables of an Apache Iceberg REST catalog, for engines that read the lake.',
  },
  { name: 'Query', description: 'Ad-hoc SQL over the datasets of a sandbox.' },
  { name: 'Health', description: 'For load balancers and supervisors.' },
]

export const SECURITY_SCHEMES = {
  token: {
    type: 'oauth2',
    description: 'An access token in the header `Authorization: Bearer …`. It lives for 24 hours.',
    flows: {
      clientCredentials: {
        tokenUrl: '/ims/token/v3',
        scopes: { openid: 'Who calls', AdobeID: 'Accepted for clients that ask for it' },
      },
    },
  },
  apiKey: {
    type: 'apiKey',
    in: 'header',
    name: 'x-api-key',
    description: 'The id of the client that the token was made for.',
  },
  org: {
    type: 'apiKey',
    in: 'header',
    name: 'x-gw-ims-org-id',
    description: 'The organization that the token was made for: `4F3BB22C5631222A7F000101@AdobeOrg`.',
  },
} as const

export const SECURITY = [{ token: [], apiKey: [], org: [] }]
