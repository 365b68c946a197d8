import { spawnSync } from 'node:child_process'
import { readFileSync, readlinkSync } from 'node:fs'

/** What the operating system knows of one process id at this moment. */
export interface ProcessStatus {
  pid: number
  /**
   * Differs between two processes that had the same id one after the other, also across a restart of the
   * machine. Empty when the operating system does not tell.
   */
  identity: string
  /** Ended, but its parent has not collected it yet: it holds nothing any more except its id. */
  zombie: boolean
}

/** The process with this id, or undefined when there is none. */
export function findProcess(pid: number): ProcessStatus | undefined {
  if (!Number.isSafeInteger(pid) || pid <= 0) return undefined
  const status = process.platform === 'linux' ? fromProc(pid) : fromPs(pid)
  if (status !== undefined) return status
  return canSignal(pid) ? { pid, identity: '', zombie: false } : undefined
}

/** The process of this program. */
export function ownProcess(): ProcessStatus {
  return findProcess(process.pid) ?? { pid: process.pid, identity: '', zombie: false }
}

/** The working directory of a process, resolved; undefined when gone or not ours to see. */
export function findWorkingDir(pid: number): string | undefined {
  return attempt(() => readlinkSync(`/proc/${pid}/cwd`))
}

/** The program of a process and its arguments, a blank after each; empty when gone or not ours to see. */
export function readCommandLine(pid: number): string {
  if (process.platform !== 'linux') return `${ps(pid, 'command=')} `
  return attempt(() => readFileSync(`/proc/${pid}/cmdline`, 'utf8'))?.replaceAll('\0', ' ') ?? ''
}

/** Sends a signal; a process that is gone already is no error. */
export function sendSignal(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}

function fromProc(pid: number): ProcessStatus | undefined {
  const stat = attempt(() => readFileSync(`/proc/${pid}/stat`, 'utf8'))
  if (stat === undefined) return undefined
  // The second field is the name in brackets and may itself hold blanks and brackets.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const boot = attempt(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()) ?? ''
  const state = fields[0] ?? ''
  return { pid, identity: `${boot}/${fields[19] ?? ''}`, zombie: state === 'Z' || state === 'X' }
}

function fromPs(pid: number): ProcessStatus | undefined {
  const found = ps(pid, 'state=,lstart=')
  if (found === '') return undefined
  const [state = '', ...started] = found.split(/\s+/)
  return { pid, identity: started.join(' '), zombie: state.startsWith('Z') }
}

function ps(pid: number, columns: string): string {
  const env = { PATH: '/bin:/usr/bin', LC_ALL: 'C' }
  const { stdout } = spawnSync('ps', ['-ww', '-o', columns, '-p', String(pid)], { encoding: 'utf8', env })
  return (stdout ?? '').trim()
}

function canSignal(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

function attempt<T>(read: () => T): T | undefined {
  try {
    return read()
  } catch {
    return undefined
  }
}
