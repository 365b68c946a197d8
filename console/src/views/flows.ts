import type { Flow } from '@headwater/contract/flow-service/flows.ts'
import { activeRuns, type Data, datasetIdOf, relationOf, statusOf } from '../data.ts'
import { type Child, h } from '../dom.ts'
import { startOfSchedule, wordOfStatus, wordsOfSchedule } from '../words.ts'
import { ago, badge, command, empty, type ListOptions, more, type Tone } from './parts.ts'

/** The standing orders, as a table. */
export function viewFlows(data: Data, { nowMs, limit }: ListOptions): readonly Child[] {
  if (data.flows.items.length === 0) return [noFlows()]
  const head = ['Flow', 'From', 'Into', 'Schedule', 'Last run', 'State']
  return [
    h(
      'table',
      { class: 'stacking', role: 'table', 'data-key': 'flows' },
      h(
        'thead',
        { role: 'rowgroup' },
        h(
          'tr',
          { role: 'row' },
          ...head.map((name) => h('th', { scope: 'col', role: 'columnheader' }, name)),
        ),
      ),
      h(
        'tbody',
        { role: 'rowgroup' },
        ...data.flows.items.slice(0, limit).map((flow) => viewFlow(flow, data, nowMs)),
      ),
    ),
    data.flows.items.length > limit && more('flows', `Show all ${data.flows.items.length} flows`),
  ]
}

function viewFlow(flow: Flow, data: Data, nowMs: number): HTMLElement {
  const relation = relationOf(flow, data)
  return h(
    'tr',
    { role: 'row', 'data-key': flow.id },
    h('th', { scope: 'row', role: 'rowheader' }, flow.name ?? flow.id),
    cell('From', relation === undefined ? '–' : h('code', {}, relation)),
    cell('Into', viewTarget(flow, data)),
    cell('Schedule', ...viewSchedule(flow, nowMs)),
    cell('Last run', viewLastRun(flow, data, nowMs)),
    cell('State', viewState(flow.state)),
  )
}

/** On narrow screens the label stands before the value, because the head of the table is gone. */
function cell(label: string, ...children: readonly Child[]): HTMLElement {
  return h('td', { role: 'cell', 'data-label': label }, h('div', {}, ...children))
}

function viewTarget(flow: Flow, data: Data): Child {
  const id = datasetIdOf(flow, data)
  if (id === undefined) return '–'
  const dataset = data.datasets.items.find((candidate) => candidate.id === id)
  return dataset === undefined ? h('code', {}, id) : h('a', { href: `#dataset-${id}` }, dataset.name)
}

function viewSchedule(flow: Flow, nowMs: number): readonly Child[] {
  const words = wordsOfSchedule(flow.scheduleParams)
  const startAtMs = startOfSchedule(flow.scheduleParams)
  if (startAtMs === undefined || startAtMs <= nowMs) return [words]
  return [words, h('span', { class: 'dim' }, ', first ', ago(startAtMs, nowMs))]
}

function viewLastRun(flow: Flow, data: Data, nowMs: number): Child {
  const active = activeRuns(data).find((run) => run.flowId === flow.id)
  if (active !== undefined) return badge('busy', wordOfStatus(statusOf(active)))
  const { state, startedAtUTC, completedAtUTC } = flow.lastRunDetails ?? {}
  const atMs = completedAtUTC ?? startedAtUTC
  if (state === undefined || atMs === undefined) return h('span', { class: 'dim' }, 'None yet')
  return h(
    'span',
    { class: 'together' },
    badge(toneOf(state), wordOfStatus(state)),
    ' ',
    h('span', { class: 'dim' }, ago(atMs, nowMs)),
  )
}

/** The usual state is told without a mark, so that the others are seen. */
function viewState(state: string): Child {
  const word = state.charAt(0).toUpperCase() + state.slice(1)
  return state === 'enabled' ? word : badge('quiet', word)
}

function toneOf(state: string): Tone {
  return state === 'success' ? 'good' : state === 'failed' ? 'bad' : 'quiet'
}

function noFlows(): HTMLElement {
  return empty(
    'No flow in this sandbox yet',
    h(
      'p',
      {},
      'A flow copies one relation of PostgreSQL into one dataset, once or again and again. Make one through the ',
      h('a', { href: '/docs' }, 'API'),
      ', or stop the server and let the demo make two over public data:',
    ),
    command('npm run demo -- --keep'),
  )
}
