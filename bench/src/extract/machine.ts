import { execFileSync } from 'node:child_process'
import { availableParallelism, cpus, getPriority, loadavg, release, setPriority, totalmem } from 'node:os'

/** What the figures were taken on; enough to judge whether others can be laid beside them. */
export interface Machine {
  readonly cpu: string
  readonly cores: number
  readonly memoryGb: number
  readonly kernel: string
  readonly node: string
  readonly postgres: string
  readonly psql: string
  /** Of this bench and all that it starts: below 0, other work of the machine gives way. */
  readonly niceness: number
  /** Load of the last minute, five and fifteen when the bench began, and when it ended. */
  readonly loadBefore: readonly number[]
  readonly commit: string
}

/** Lets the bench go first, where the system allows it: what else runs would be measured as well. */
export function goFirst(): void {
  try {
    setPriority(-15)
  } catch {
    // An ordinary user may not; the result says so.
  }
}

export function describeMachine(postgres: string): Machine {
  return {
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: availableParallelism(),
    memoryGb: Math.round(totalmem() / 2 ** 30),
    kernel: release(),
    node: process.version,
    postgres,
    psql: firstLine('psql', '--version'),
    niceness: getPriority(),
    loadBefore: loadavg(),
    commit: firstLine('git', 'rev-parse', '--short=12', 'HEAD') + (isChanged() ? '+' : ''),
  }
}

function isChanged(): boolean {
  return firstLine('git', 'status', '--porcelain', '--', 'server') !== ''
}

function firstLine(program: string, ...args: string[]): string {
  try {
    return (
      execFileSync(program, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).split('\n')[0] ??
      ''
    )
  } catch {
    return 'unknown'
  }
}
