import type { RunMessage, RunStatus, ScheduleParams } from './shapes.ts'

/** The platform's codes and settings in plain words. All pure. */

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
  'INGEST-1211-400': 'Some rows do not fit the schema and were set aside.',
  'INGEST-1212-400': 'Some rows could not be converted and were set aside.',
}

/** What a code of a run means; `undefined` when its message says it all. */
export function wordsOfCode(code: string | undefined): string | undefined {
  return code === undefined ? undefined : CODE_WORDS[code]
}

/** Several lists of messages as one, each message once. */
export function distinctMessages(...lists: readonly (readonly RunMessage[] | undefined)[]): readonly RunMessage[] {
  const found = new Map<string, RunMessage>()
  for (const message of lists.flatMap((list) => list ?? [])) {
    found.set(`${message.code} ${message.message}`, message)
  }
  return [...found.values()]
}

/** `Once`, `Every 15 minutes`, `Every day` */
export function wordsOfSchedule(schedule: ScheduleParams | undefined): string {
  const { frequency, interval } = schedule ?? {}
  if (frequency === undefined) return 'On demand'
  if (frequency === 'once') return 'Once'
  const every = Number(interval ?? 1)
  return every === 1 ? `Every ${frequency}` : `Every ${every} ${frequency}s`
}

/** Epoch milliseconds of a schedule's start: clients send seconds, milliseconds or ISO 8601. */
export function startOfSchedule(schedule: ScheduleParams | undefined): number | undefined {
  const start = schedule?.startTime
  if (start === undefined || start === '') return undefined
  const value = Number(start)
  const atMs = Number.isNaN(value) ? Date.parse(String(start)) : value < 1e11 ? value * 1000 : value
  return Number.isNaN(atMs) ? undefined : atMs
}
