/** A page of the guide: a file of `docs/` by its name, without the ending. */
export interface GuidePage {
  readonly name: string
  readonly title: string
}

export interface GuidePart {
  readonly title: string
  readonly pages: readonly GuidePage[]
}

const page = (name: string, title: string): GuidePage => ({ name, title })

/** The guide in its reading order. */
export const GUIDE: readonly GuidePart[] = [
  {
    title: 'Start',
    pages: [
      page('quick-start', 'Quick start'),
      page('concepts', 'Concepts'),
      page('coming-from-adobe', 'Coming from Adobe'),
      page('coming-from-others', 'Coming from Airbyte, Fivetran, dlt'),
      page('console', 'The console'),
      page('cli', 'The command line'),
      page('clients', 'Clients'),
    ],
  },
  {
    title: 'PostgreSQL',
    pages: [
      page('postgresql', 'PostgreSQL as a source'),
      page('connections', 'Connections and TLS'),
      page('connection-doctor', 'The connection doctor'),
      page('explore', 'Explore'),
      page('row-filters', 'Row filters'),
      page('source-protection', 'Sparing the source'),
      page('types', 'Types'),
    ],
  },
  {
    title: 'Dataflows',
    pages: [
      page('schemas', 'Schemas'),
      page('mapping', 'Mapping'),
      page('runs', 'Flows and runs'),
      page('drift', 'When a table changes'),
      page('quarantine', 'Rows that cannot land'),
      page('verification', 'Proofs'),
      page('notifications', 'Notifications'),
      page('ingestion', 'Files'),
    ],
  },
  {
    title: 'The lake',
    pages: [
      page('landing', 'How rows land'),
      page('iceberg', 'Read it with other engines'),
      page('query', 'SQL'),
      page('lake', 'Keep it in shape'),
    ],
  },
  {
    title: 'Operations',
    pages: [
      page('deployment', 'Deployment'),
      page('scaling', 'Scaling'),
      page('operations', 'Day by day'),
      page('backup', 'Backup and upgrade'),
      page('security', 'Security'),
      page('access', 'Access, organisations, sandboxes'),
      page('monitoring', 'Monitoring'),
      page('survival', 'What runs survive'),
      page('performance', 'Performance'),
    ],
  },
  {
    title: 'Reference',
    pages: [page('lists', 'Lists, filters, changes'), page('specs', 'Specs'), page('errors', 'Errors')],
  },
]
