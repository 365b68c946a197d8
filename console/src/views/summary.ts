import type { Readiness } from '@headwater/contract/health.ts'
import { activeRuns, type Data, relationOf } from '../data.ts'
import { byId } from '../dom.ts'
import { formatAmount, formatBytes, formatCount } from '../format.ts'
import type { Listed } from '../shapes.ts'

/** The picture of the whole with its numbers; it moves while rows do. */
export function showPicture(data: Data | undefined): void {
  const [source, mapping, lake] =
    data === undefined ? ['rows leave', 'take their new shape', 'land, proven'] : captions(data)
  byId('picture-source').textContent = source
  byId('picture-mapping').textContent = mapping
  byId('picture-lake').textContent = lake
  byId('picture').classList.toggle('flowing', activeRuns(data).length > 0)
}

function captions(data: Data): readonly [string, string, string] {
  const { flows, datasets } = data
  const relations = new Set(
    flows.items.map((flow) => relationOf(flow, data)).filter((name) => name !== undefined),
  )
  const running = activeRuns(data).length
  const rows = datasets.items.reduce((total, { rowCount }) => total + rowCount, 0)
  const bytes = datasets.items.reduce((total, { storageSize }) => total + storageSize, 0)
  return [
    relations.size === 0 ? 'no relation yet' : formatAmount(relations.size, 'relation'),
    running > 0 ? `${formatAmount(running, 'run')} under way` : countOf(flows, 'flow') || 'no flow yet',
    rows === 0
      ? countOf(datasets, 'table') || 'no table yet'
      : `${formatAmount(rows, 'row')}, ${formatBytes(bytes).replace(' ', '\u00a0')}`,
  ]
}

/** `3 flows`; `100+ flows` when there are more than were loaded; nothing for none. */
export function countOf(page: Listed<unknown>, one: string): string {
  if (page.items.length === 0) return ''
  return page.hasMore ? `${formatCount(page.items.length)}+ ${one}s` : formatAmount(page.items.length, one)
}

/** Whether the server can work; `undefined` when it doesn't answer. */
export function showHealth(health: Readiness | undefined): void {
  const element = byId('health')
  const failing = Object.entries(health?.checks ?? {}).filter(([, result]) => result !== 'ok')
  const [tone, words] =
    health === undefined
      ? ['bad', 'No answer']
      : health.status === 'ok'
        ? ['good', 'Ready']
        : ['bad', `Not ready: ${failing.map(([name]) => name).join(' and ') || 'starting'}`]
  element.className = `health badge ${tone}`
  if (element.textContent !== words) element.textContent = words
}
