import type { RunMessage } from '@headwater/contract/flow-service/run-metrics.ts'
import type { Run } from '@headwater/contract/flow-service/runs.ts'
import { formatCounts, formatFacts, formatTime } from './print.ts'

/** A run for people, with everything that it tells of itself. */
export function describeRun(run: Run): string {
  const { id, flowId, metrics, sandboxName: sandbox, progress, proof } = run
  const facts = formatFacts(`${id}  ${metrics.statusSummary.status}`, {
    flow: flowId,
    sandbox,
    ...describeTimes(run),
    rows: describeRows(run),
    bytes: formatCounts({
      read: metrics.sizeSummary?.inputBytes,
      written: metrics.sizeSummary?.outputBytes,
    }),
    progress: progress && describeProgress(progress),
    proof: proof && `${proof.agreeing} of ${proof.fields} fields agree with what was read back`,
  })
  return facts + errorsOf(run)
}

/** A run in a line, and its errors below. */
export function summarizeRun(run: Run): string {
  const { id, metrics, progress } = run
  const rows = describeRows(run)
  const done = rows === '' ? progress && describeProgress(progress) : rows
  const parts = [id, metrics.statusSummary.status, done].filter((part) => part !== undefined)
  return `${parts.join('  ')}\n${errorsOf(run)}`
}

function describeTimes({ metrics }: Run): Record<string, string | undefined> {
  const { startedAtUTC: start, completedAtUTC: end, extensions: window } = metrics.durationSummary ?? {}
  const took = start !== undefined && end !== undefined ? `, after ${(end - start) / 1000} s` : ''
  return {
    window: window && describeWindow(window),
    started: formatTime(start),
    ended: `${formatTime(end)}${took}`,
  }
}

interface Window {
  readonly windowStart: number
  readonly windowEnd: number
}

function describeWindow({ windowStart, windowEnd }: Window): string {
  return `${windowStart === 0 ? 'everything' : formatTime(windowStart)} up to ${formatTime(windowEnd)}`
}

function describeRows({ metrics: { recordSummary: records } }: Run): string {
  const { inputRecordCount: read, outputRecordCount: landed, failedRecordCount: failed } = records ?? {}
  return formatCounts({ read, landed, 'set aside': failed === 0 ? undefined : failed })
}

function describeProgress({ rowsRead, slicesDone, slicesTotal }: NonNullable<Run['progress']>): string {
  return `${formatCounts({ 'rows read': rowsRead })}, slice ${slicesDone} of ${slicesTotal}`
}

/** What the platform says of it, and below it what happened in detail. */
function errorsOf({ metrics: { statusSummary } }: Run): string {
  const messages: readonly RunMessage[] = [
    ...(statusSummary.errors ?? []),
    ...(statusSummary.extensions?.errors ?? []),
  ]
  return messages.map(({ code, message }) => `  ${code}: ${message}\n`).join('')
}
