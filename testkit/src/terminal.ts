import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { MAIN, withoutSettings } from './server-process.ts'

const SCRIPT = '/usr/bin/script'

/** True where util-linux can make a terminal for a program. */
export const hasTerminal = process.platform === 'linux' && existsSync(SCRIPT)

export interface ServerInTerminal {
  /** What it had said when it was ready, or until it ended. */
  readonly lines: readonly string[]
  /** Closes the terminal, as its window does: the programs in it get a SIGHUP and can write no more. */
  close(): Promise<void>
}

/** Starts `npm start`'s program in a terminal of its own and waits until it is ready or has ended. */
export async function startInTerminal(dataDir: string, port = 0): Promise<ServerInTerminal> {
  const command = [process.execPath, MAIN, '--data-dir', dataDir, '--port', String(port)]
  const child = spawn(SCRIPT, ['-qfec', command.join(' '), '/dev/null'], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: withoutSettings(),
  })
  return { lines: await linesOf(child), close: () => kill(child) }
}

async function linesOf(child: ChildProcess): Promise<readonly string[]> {
  const lines: string[] = []
  if (child.stdout === null) throw new Error('no standard output')
  for await (const line of createInterface({ input: child.stdout })) {
    lines.push(line)
    if (line.startsWith('ready ')) break
  }
  child.stdout.resume()
  return lines
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  child.kill('SIGKILL')
  await once(child, 'exit')
}
