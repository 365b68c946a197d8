import { once } from 'node:events'

/** What ends a program in order: Ctrl-C, whoever manages it, and a terminal that is closed. */
export const STOP_SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/** Resolves at the first of these signals, none of which ends the process from here on. */
export async function untilStopped(): Promise<void> {
  await Promise.race(STOP_SIGNALS.map((signal) => once(process, signal)))
}

/** Whoever reads what a program says may stop reading, a terminal that is closed too; that is no reason to end. */
export function outliveReaders(): void {
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {})
}
