import { execFileSync } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import { say } from './table.ts'

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
type Signal = (typeof SIGNALS)[number]

/** How long servers take to stop, and then what measures them to notice and to tidy up. */
const PATIENCE_MS = 20_000
const LAST_WORDS_MS = 5_000

/**
 * Lets nothing outlive a bench that is told to stop: first what measures or is measured ends, then the PostgreSQL
 * servers below it. Whoever waits for them sees them end and removes its folders, and at last the signal does what it
 * does by itself. A second one does so at once.
 */
export function stopOnSignals(): void {
  const onSignal = (signal: Signal): void => {
    for (const other of SIGNALS) process.off(other, onSignal)
    void endChildren(signal)
  }
  for (const signal of SIGNALS) process.on(signal, onSignal)
}

async function endChildren(signal: Signal): Promise<void> {
  say(`${signal}: stopping what was started.`)
  // Whoever waits for a server sends SIGTERM as soon as a request fails, and two of a kind would be the end of it.
  await end(({ command }) => !isPostgres(command))
  // Of PostgreSQL it is the fast way, too: sessions that are under way end with it.
  await end(({ command }) => isPostgres(command))
  setTimeout(() => process.kill(process.pid, signal), LAST_WORDS_MS).unref()
}

async function end(isMeant: (child: Child) => boolean): Promise<void> {
  const deadline = performance.now() + PATIENCE_MS
  for (const { pid } of children().filter(isMeant)) interrupt(pid)
  while (children().some(isMeant) && performance.now() < deadline) await sleep(50)
}

interface Child {
  readonly pid: number
  readonly command: string
}

const isPostgres = (command: string): boolean => /(^|\/)postgres$/.test(command)

/** Children of this process that are alive, but for the one that tells of them. */
function children(): Child[] {
  const lines = execFileSync('ps', ['-A', '-o', 'pid=,ppid=,stat=,comm='], { encoding: 'utf8' }).split('\n')
  return lines.flatMap((line) => {
    const [pid, parent, state, ...command] = line.trim().split(/\s+/)
    const isOurs = Number(parent) === process.pid && state?.startsWith('Z') === false
    return isOurs && command[0] !== 'ps' ? [{ pid: Number(pid), command: command.join(' ') }] : []
  })
}

function interrupt(pid: number): void {
  try {
    process.kill(pid, 'SIGINT')
  } catch {
    // It has ended by itself.
  }
}
