/** Addresses of pages, in one place. */
export const paths = {
  flows: '/flows',
  flow: (id: string) => `/flows/${id}`,
  newFlow: '/sources',
  mapping: (id: string) => `/flows/${id}/mapping`,
  run: (id: string) => `/runs/${id}`,
  accounts: '/accounts',
  account: (id: string) => `/accounts/${id}`,
  monitoring: '/monitoring',
  datasets: '/datasets',
  dataset: (id: string) => `/datasets/${id}`,
  schemas: '/schemas',
  schema: (id: string) => `/schemas/${encodeURIComponent(id)}`,
  sandboxes: '/sandboxes',
  credentials: '/credentials',
  audit: '/audit',
  query: (sql: string) => `/query?sql=${encodeURIComponent(sql)}`,
} as const
