import type { Command } from 'commander'
import { createProgram } from '../cli/src/program.ts'

/** Set, so that the page is the same whatever the terminal of who writes it. */
const HELP_WIDTH = 100

const HEAD = [
  '# The command line',
  '`npm run headwater -- <command>` in the folder of the project, or `headwater <command>` in the image. What a command does, its `--help` tells; this page is made of the same words by `node scripts/write-cli-page.ts`.',
  'Commands that ask a server ask the one that runs on the data folder (`--data-dir`, or `./.headwater`), which takes no credentials on its own machine. `BASE_URL`, `IMS_ORG`, `CLIENT_ID` and `CLIENT_SECRET` in the environment name another ([access.md](access.md)). Connections and flows go by id or by name. `--json` prints what programs read, tables are for people, and an error is one sentence on standard error.',
]

/** `docs/cli.md`: the help of every command. */
export function cliPage(): string {
  const program = createProgram()
  const sections = [...commandsOf(program, [])].map(([command, path]) => sectionOf(command, path))
  return `${[...HEAD, sectionOf(program, []), ...sections].join('\n\n')}\n`
}

function* commandsOf(
  command: Command,
  path: readonly string[],
): Generator<readonly [Command, readonly string[]]> {
  for (const one of command.commands.filter((child) => child.name() !== 'help')) {
    const own = [...path, one.name()]
    yield [one, own]
    yield* commandsOf(one, own)
  }
}

const FENCE = '```'

function sectionOf(command: Command, path: readonly string[]): string {
  const help: string[] = []
  command.configureOutput({
    writeOut: (text) => help.push(text),
    getOutHelpWidth: () => HELP_WIDTH,
    getOutHasColors: () => false,
  })
  command.outputHelp()
  const title = path.length === 0 ? 'Commands' : ['headwater', ...path].join(' ')
  const mark = '#'.repeat(Math.min(1 + Math.max(1, path.length), 3))
  return `${mark} ${title}\n\n${FENCE}text\n${help.join('').trimEnd()}\n${FENCE}`
}
