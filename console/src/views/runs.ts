import type { RunMessage, RunProof } from '@headwater/contract/flow-service/run-metrics.ts'
import type { Run } from '@headwater/contract/flow-service/runs.ts'
import { type Data, statusOf } from '../data.ts'
import { type Child, h } from '../dom.ts'
import { formatAmount, formatBytes, formatCount, formatDuration } from '../format.ts'
import { distinctMessages, isActive, wordOfStatus, wordsOfMessages } from '../words.ts'
import { ago, badge, empty, facts, type ListOptions, more, type Tone } from './parts.ts'

/** The newest executions of all flows. */
export function viewRuns(data: Data, { nowMs }: Pick<ListOptions, 'nowMs'>): readonly Child[] {
  if (data.runs.items.length === 0) {
    return [
      empty('No run yet', h('p', {}, 'Runs appear here by themselves, with their progress while they last.')),
    ]
  }
  const names = new Map(data.flows.items.map((flow) => [flow.id, flow.name]))
  return [
    h(
      'ul',
      { class: 'rows', 'data-key': 'runs' },
      ...data.runs.items.map((run) => viewRun(run, names.get(run.flowId) ?? run.flowId, nowMs)),
    ),
    data.runs.hasMore && more('runs', 'Show older runs'),
  ]
}

const TONES: Readonly<Record<string, Tone>> = { success: 'good', failed: 'bad', inProgress: 'busy' }

function viewRun(run: Run, flowName: string, nowMs: number): HTMLElement {
  const status = statusOf(run)
  return h(
    'li',
    { 'data-key': run.id },
    h(
      'div',
      { class: 'row-head' },
      h('h3', {}, flowName),
      badge(TONES[status] ?? 'quiet', wordOfStatus(status)),
      h('span', { class: 'dim when' }, isActive(status) && 'queued ', ago(timeOf(run), nowMs)),
    ),
    ...(status === 'inProgress' ? viewProgress(run) : []),
    ...(status === 'success' || status === 'failed' ? viewOutcome(run) : []),
  )
}

/** When it ended, else when it was made. */
function timeOf(run: Run): number {
  return run.metrics.durationSummary?.completedAtUTC ?? run.createdAt
}

function viewProgress({ progress }: Run): readonly Child[] {
  if (progress === undefined || progress.slicesTotal === 0) {
    return [
      h('progress', { 'aria-label': 'Progress' }),
      h('p', { class: 'dim' }, 'Planning: taking a snapshot and cutting the relation into slices'),
    ]
  }
  const { rowsRead, bytesRead, slicesDone, slicesTotal, rowsPerSecond } = progress
  // The guess may be too low or absent; slices are certain.
  const [value, max] =
    progress.estimatedRows !== undefined && progress.estimatedRows > 0
      ? [Math.min(rowsRead, progress.estimatedRows), progress.estimatedRows]
      : [slicesDone, slicesTotal]
  return [
    h('progress', { value, max, 'aria-label': 'Progress' }, `${Math.round((100 * value) / max)} %`),
    facts(
      [
        'Rows read',
        progress.estimatedRows
          ? `${formatCount(rowsRead)} of about ${formatCount(progress.estimatedRows)}`
          : formatCount(rowsRead),
      ],
      ['Speed', `${formatCount(rowsPerSecond)} rows/s`],
      ['Read', formatBytes(bytesRead)],
      ['Slices', `${slicesDone} of ${slicesTotal}`],
    ),
  ]
}

function viewOutcome(run: Run): readonly Child[] {
  const { durationSummary, recordSummary, statusSummary } = run.metrics
  const { startedAtUTC, completedAtUTC } = durationSummary ?? {}
  const tookMs =
    startedAtUTC === undefined || completedAtUTC === undefined ? undefined : completedAtUTC - startedAtUTC
  const read = recordSummary?.inputRecordCount ?? 0
  const messages = distinctMessages(statusSummary?.errors, statusSummary?.extensions?.errors)
  const hasFailed = statusSummary?.status === 'failed'
  return [
    facts(
      ['Rows in', formatCount(read)],
      ...(hasFailed ? [] : viewLanded(run)),
      tookMs === undefined ? undefined : ['Time', formatDuration(tookMs)],
      tookMs && read > 0 && !hasFailed
        ? ['Speed', `${formatCount((read * 1000) / tookMs)} rows/s`]
        : undefined,
    ),
    run.proof !== undefined && run.proof.fields > 0 && viewProof(run.proof),
    messages.length > 0 && viewMessages(messages, hasFailed),
  ]
}

/** What a run has brought into the lake; a failed one brings nothing. */
function viewLanded({ metrics }: Run): readonly (readonly [string, Child])[] {
  const { recordSummary, sizeSummary, fileSummary } = metrics
  const setAside = recordSummary?.failedRecordCount ?? 0
  return [
    ['Rows out', formatCount(recordSummary?.outputRecordCount ?? 0)],
    ...(setAside > 0 ? [['Set aside', formatCount(setAside)] as const] : []),
    ['Read', formatBytes(sizeSummary?.inputBytes ?? 0)],
    [
      'Written',
      `${formatBytes(sizeSummary?.outputBytes ?? 0)} in ${formatAmount(fileSummary?.outputFileCount ?? 0, 'file')}`,
    ],
  ]
}

function viewProof(proof: RunProof): HTMLElement {
  const agrees = proof.agreeing === proof.fields
  const { digests } = proof
  return h(
    'details',
    { class: `proof ${agrees ? 'good' : 'bad'}`, 'data-key': 'proof' },
    h(
      'summary',
      {},
      agrees && h('span', { 'aria-hidden': 'true' }, '✓ '),
      `${proof.agreeing} of ${formatAmount(proof.fields, 'field')} ${proof.agreeing === 1 ? 'agrees' : 'agree'}`,
    ),
    h(
      'p',
      {},
      'Before anything became visible, a second program read the files back and digested each field. ',
      agrees
        ? 'It found what the mapping had made of the rows of PostgreSQL: '
        : 'Not all fields hold what the mapping had made of the rows of PostgreSQL: ',
      `${formatAmount(proof.rowsRead, 'row')} read, ${formatCount(proof.rowsLanded)} landed, ${formatCount(proof.rowsSetAside)} set aside.`,
    ),
    digests.length > 0 && viewDigests(digests),
  )
}

function viewDigests(digests: RunProof['digests']): HTMLElement {
  const head = [
    h('th', { scope: 'col' }, 'Field'),
    ...['Values', 'Nulls', 'Digest'].map((name) => h('th', { scope: 'col', class: 'number' }, name)),
  ]
  return h(
    'div',
    { class: 'scroll', tabindex: 0, role: 'group', 'aria-label': 'Digests of the fields' },
    h(
      'table',
      { class: 'grid' },
      h('thead', {}, h('tr', {}, ...head)),
      h(
        'tbody',
        {},
        ...digests.map(({ path, valueCount, nullCount, digest }) =>
          h(
            'tr',
            {},
            h('th', { scope: 'row' }, h('code', {}, path)),
            h('td', { class: 'number' }, formatCount(valueCount)),
            h('td', { class: 'number' }, formatCount(nullCount)),
            h('td', { class: 'number' }, h('code', {}, digest)),
          ),
        ),
      ),
    ),
  )
}

function viewMessages(messages: readonly RunMessage[], hasFailed: boolean): HTMLElement {
  return h(
    'details',
    { class: hasFailed ? 'messages bad' : 'messages', 'data-key': 'messages' },
    h('summary', {}, wordsOfMessages(messages, hasFailed)),
    h('ul', {}, ...messages.map(viewMessage)),
  )
}

function viewMessage({ code, message, recordCount }: RunMessage): HTMLElement {
  const details = [code, recordCount === undefined ? undefined : formatAmount(recordCount, 'row')]
  return h(
    'li',
    {},
    message,
    h('span', { class: 'code' }, details.filter((detail) => detail !== undefined).join(' · ')),
  )
}
