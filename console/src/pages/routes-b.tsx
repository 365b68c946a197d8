import type { ComponentType } from 'react'
import { FlowPage } from './flows/flow-page.tsx'
import { FlowsPage } from './flows/flows-page.tsx'
import { MonitoringPage } from './monitoring/monitoring-page.tsx'
import { RunPage } from './monitoring/run-page.tsx'

export const routes: readonly { readonly path: string; readonly component: ComponentType }[] = [
  { path: '/flows', component: FlowsPage },
  { path: '/flows/$flowId', component: FlowPage },
  { path: '/monitoring', component: MonitoringPage },
  { path: '/runs/$runId', component: RunPage },
]
