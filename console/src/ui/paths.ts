/** Addresses of pages, in one place. */
export const paths = {
  sources: '/sources',
  connect: '/sources/postgresql',
  addData: (connectionId: string) => `/sources/${connectionId}/add`,
  flows: '/flows',
  flow: (id: string) => `/flows/${id}`,
  run: (id: string) => `/runs/${id}`,
  accounts: '/accounts',
  account: (id: string) => `/accounts/${id}`,
  monitoring: '/monitoring',
  datasets: '/datasets',
  dataset: (id: string) => `/datasets/${id}`,
  schemas: '/schemas',
  schema: (id: string) => `/schemas/${encodeURIComponent(id)}`,
  sandboxes: '/sandboxes',
  audit: '/audit',
} as const
