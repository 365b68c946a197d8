import { lazyRouteComponent, type RouteComponent } from '@tanstack/react-router'

/** Pages by their addresses. Each is loaded when it is first opened; what needs no sandbox is none. */
export interface PageRoute {
  readonly path: string
  readonly component: RouteComponent
}

const page = (path: string, load: () => Promise<RouteComponent | (() => unknown)>): PageRoute => ({
  path,
  component: lazyRouteComponent(async () => ({ default: (await load()) as RouteComponent })),
})

export const PAGES: readonly PageRoute[] = [
  page('/sources', async () => (await import('../pages/sources/sources-page.tsx')).SourcesPage),
  page('/sources/postgresql', async () => (await import('../pages/sources/connect-page.tsx')).ConnectPage),
  page(
    '/sources/$connectionId/add',
    async () => (await import('../pages/sources/add-data-page.tsx')).AddDataPage,
  ),
  page('/flows', async () => (await import('../pages/flows/flows-page.tsx')).FlowsPage),
  page('/flows/$flowId', async () => (await import('../pages/flows/flow-page.tsx')).FlowPage),
  page('/runs/$runId', async () => (await import('../pages/monitoring/run-page.tsx')).RunPage),
  page('/monitoring', async () => (await import('../pages/monitoring/monitoring-page.tsx')).MonitoringPage),
  page('/datasets', async () => (await import('../pages/datasets/datasets-page.tsx')).DatasetsPage),
  page('/datasets/$datasetId', async () => (await import('../pages/datasets/dataset-page.tsx')).DatasetPage),
  page('/accounts', async () => (await import('../pages/accounts/accounts-page.tsx')).AccountsPage),
  page(
    '/accounts/$connectionId',
    async () => (await import('../pages/accounts/account-page.tsx')).AccountPage,
  ),
  page('/schemas', async () => (await import('../pages/schemas/schemas-page.tsx')).SchemasPage),
  page('/schemas/$schemaId', async () => (await import('../pages/schemas/schema-page.tsx')).SchemaPage),
  page('/sandboxes', async () => (await import('../pages/sandboxes/sandboxes-page.tsx')).SandboxesPage),
  page('/audit', async () => (await import('../pages/audit/audit-page.tsx')).AuditPage),
]

/** What the menu leads to, under the headings of its parts. */
export const MENU: readonly {
  readonly title: string
  readonly links: readonly (readonly [title: string, path: string])[]
}[] = [
  {
    title: 'Connections',
    links: [
      ['Sources', '/sources'],
      ['Monitoring', '/monitoring'],
      ['Dataflows', '/flows'],
      ['Accounts', '/accounts'],
    ],
  },
  {
    title: 'Data',
    links: [
      ['Datasets', '/datasets'],
      ['Schemas', '/schemas'],
    ],
  },
  {
    title: 'Administration',
    links: [
      ['Sandboxes', '/sandboxes'],
      ['Audit', '/audit'],
    ],
  },
]

/** Every page lives below this. */
export const BASE = '/console'

/** Where one begins. */
export const FIRST_PAGE = '/monitoring'
