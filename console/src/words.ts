import type { RunMessage, RunStatus } from '@headwater/contract/flow-service/run-metrics.ts'

/** The platform's codes and settings in plain words. All pure. */

/** What is read of a schedule; a flow without one runs on demand. */
interface Schedule {
  readonly frequency?: string
  readonly interval?: string | number | undefined
  readonly startTime?: string | number | undefined
}

const STATUS_WORDS: Readonly<Record<RunStatus, string>> = {
  scheduled: 'Scheduled',
  queued: 'Waiting',
  inProgress: 'Running',
  success: 'Landed',
  failed: 'Failed',
}

export function wordOfStatus(status: string): string {
  return STATUS_WORDS[status as RunStatus] ?? status
}

export function isActive(status: string): boolean {
  return status === 'queued' || status === 'inProgress'
}

const CODE_WORDS: Readonly<Record<string, string>> = {
  'CONNECTOR-1001-500': 'The rows could not be copied from PostgreSQL.',
  'CONNECTOR-2001-500': 'The rows could not be mapped or written to the lake.',
  'CONNECTOR-3001-500': 'The batch could not be created.',
  'INGEST-1211-400': 'Some rows have errors and were set aside.',
  'INGEST-1212-400': 'Some rows have errors and were set aside.',
  'INGEST-1555-400': 'Some rows lack a value that their schema requires.',
  'MAPPER-3700-400': 'Some values could not be converted.',
  'HW-TEMPORAL-INFINITY': 'Some dates are infinite, which a table can not hold.',
  'HW-NUMERIC-SPECIAL': 'Some numbers are NaN or infinite, which a decimal can not hold.',
  'HW-NUMERIC-INEXACT': 'Some numbers have more digits than their field can hold.',
  'HW-SCHEMA-ENUM': 'Some values are not among those that their schema lists.',
  'HW-SCHEMA-PATTERN': 'Some texts do not match the pattern of their schema.',
  'HW-SCHEMA-LENGTH': 'Some texts or arrays are shorter or longer than their schema allows.',
  'HW-SCHEMA-FORMAT': 'Some texts do not have the format that their schema asks for.',
  'HW-SCHEMA-RANGE': 'Some numbers are outside of the range of their schema.',
}

/** What the messages of a run come to, in one sentence. */
export function wordsOfMessages(messages: readonly RunMessage[], hasFailed: boolean): string {
  const first =
    CODE_WORDS[messages[0]?.code ?? ''] ?? (hasFailed ? 'The run failed.' : 'There is something to know.')
  return messages.length > 1 ? `${first} ${messages.length} messages` : first
}

/** Several lists of messages as one, each message once. */
export function distinctMessages(
  ...lists: readonly (readonly RunMessage[] | undefined)[]
): readonly RunMessage[] {
  const found = new Map<string, RunMessage>()
  for (const message of lists.flatMap((list) => list ?? [])) {
    found.set(`${message.code} ${message.message}`, message)
  }
  return [...found.values()]
}

/** `Once`, `Every 15 minutes`, `Every day` */
export function wordsOfSchedule(schedule: Schedule | undefined): string {
  const { frequency, interval } = schedule ?? {}
  if (frequency === undefined) return 'On demand'
  if (frequency === 'once') return 'Once'
  const every = Number(interval ?? 1)
  return every === 1 ? `Every ${frequency}` : `Every ${every} ${frequency}s`
}

/** Epoch milliseconds of a schedule's start: clients send seconds, milliseconds or ISO 8601. */
export function startOfSchedule(schedule: Schedule | undefined): number | undefined {
  const start = schedule?.startTime
  if (start === undefined || start === '') return undefined
  const value = Number(start)
  const atMs = Number.isNaN(value) ? Date.parse(String(start)) : value < 1e11 ? value * 1000 : value
  return Number.isNaN(atMs) ? undefined : atMs
}
