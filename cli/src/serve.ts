import { LAUNCH_ENVIRONMENT, LAUNCH_FLAGS } from '@headwater/server/boot/launch.ts'
import type { Role } from '@headwater/server/config/config.ts'
import { Command } from 'commander'

/** `headwater serve`: the program that `npm start` starts. */
export function serveCommand(): Command {
  return programCommand('serve', 'all').description('Answer requests and carry out runs')
}

/** `headwater worker`: carry out runs of servers that share DATABASE_URL and HEADWATER_LAKE. */
export function workerCommand(): Command {
  return programCommand('worker', 'worker').description(
    'Carry out runs, and answer nobody but --port /health',
  )
}

/** Flags are the program's own, and its `--help` lists them. */
function programCommand(name: string, role: Role): Command {
  return new Command(name)
    .argument('[flags...]', 'as of npm start; --help lists them')
    .helpOption(false)
    .allowUnknownOption()
    .action((flags: readonly string[]) => become(['--role', role, ...flags]))
}

const MAIN = new URL('../../server/src/boot/main.ts', import.meta.url).pathname

/** This process becomes the server, so that signals of a supervisor reach it and nothing stands in between. */
function become(args: readonly string[]): void {
  const env = { ...LAUNCH_ENVIRONMENT, ...process.env }
  process.execve?.(process.execPath, [process.execPath, ...LAUNCH_FLAGS, MAIN, ...args], env)
}
