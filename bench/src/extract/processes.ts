import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { getPriority } from 'node:os'

/** Reading of other processes: Linux alone tells of them, so this bench runs nowhere else. */
interface ProcessState {
  readonly pid: number
  readonly parent: number
  readonly command: string
  /** User and system time of all its threads. */
  readonly ownMs: number
  /** The same of the children that have ended and were waited for, with all below them. */
  readonly endedMs: number
}

const msPerTick = 1000 / Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }))

/** CPU time of a process and everything below it, ended or alive, `postgres` apart from the rest. */
export interface TreeCpu {
  readonly postgresMs: number
  readonly othersMs: number
}

export function cpuOfTree(root: number): TreeCpu {
  let [postgresMs, othersMs] = [0, 0]
  for (const { command, ownMs, endedMs } of treeOf(root)) {
    if (command === 'postgres') postgresMs += ownMs + endedMs
    else othersMs += ownMs + endedMs
  }
  return { postgresMs, othersMs }
}

/** CPU time of the children of this process that have ended: what a program took is complete only then. */
export function cpuOfEndedChildren(): number {
  return readState(process.pid)?.endedMs ?? 0
}

/** Lets the peak of a tree start anew from what it holds now. */
export function resetPeaks(root: number): void {
  for (const { pid } of treeOf(root)) writeFileSync(`/proc/${pid}/clear_refs`, '5')
}

/**
 * Watches the largest resident size of every process of a tree, short-lived ones among them, and lets it and the
 * source go before other work of the machine.
 */
export function watchPeaks(root: number, source: number): { stop(): Map<number, PeakOfProcess> } {
  const peaks = new Map<number, PeakOfProcess>()
  const look = (): void => {
    for (const { pid } of treeOf(source)) favour(pid)
    for (const { pid, command } of treeOf(root)) {
      favour(pid)
      const bytes = peakOf(pid)
      if (bytes > (peaks.get(pid)?.bytes ?? 0)) peaks.set(pid, { command, bytes })
    }
  }
  look()
  const timer = setInterval(look, 200)
  return {
    stop() {
      clearInterval(timer)
      look()
      return peaks
    },
  }
}

export interface PeakOfProcess {
  readonly command: string
  readonly bytes: number
}

function treeOf(root: number): ProcessState[] {
  const all = readdirSync('/proc').filter((name) => /^\d+$/.test(name))
  const states = all.flatMap((name) => readState(Number(name)) ?? [])
  const tree = states.filter(({ pid }) => pid === root)
  for (const { pid } of tree) tree.push(...states.filter(({ parent }) => parent === pid))
  return tree
}

/** Undefined when it has ended meanwhile. */
function readState(pid: number): ProcessState | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The name stands in brackets and may hold any character; fields are counted from behind it.
    const end = text.lastIndexOf(')')
    const fields = text.slice(end + 2).split(' ')
    const command = text.slice(text.indexOf('(') + 1, end)
    const ms = (from: number): number => (Number(fields[from]) + Number(fields[from + 1])) * msPerTick
    return { pid, parent: Number(fields[1]), command, ownMs: ms(11), endedMs: ms(13) }
  } catch {
    return undefined
  }
}

/**
 * Where Linux shares the processors between sessions, niceness counts only within one; PostgreSQL makes a session of
 * each connection.
 */
function favour(pid: number): void {
  try {
    writeFileSync(`/proc/${pid}/autogroup`, String(getPriority()))
  } catch {
    // Linux has no such file everywhere, and processes end.
  }
}

function peakOf(pid: number): number {
  try {
    const kilobytes = /^VmHWM:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
    return Number(kilobytes ?? 0) * 1024
  } catch {
    return 0
  }
}
