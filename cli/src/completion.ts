import { Command, type Option } from 'commander'

const SHELLS = ['bash', 'zsh', 'fish'] as const

/** `headwater completion`: scripts that know the commands and options of this very program. */
export function completionCommand(program: Command): Command {
  return new Command('completion')
    .description('Print a script that completes commands and options in a shell')
    .addArgument(new Command().createArgument('<shell>', 'the shell').choices([...SHELLS]))
    .addHelpText(
      'after',
      '\nExamples:\n  source <(headwater completion bash)\n  headwater completion zsh > ~/.zfunc/_headwater\n  headwater completion fish > ~/.config/fish/completions/headwater.fish',
    )
    .action((shell: (typeof SHELLS)[number]) => {
      process.stdout.write(SCRIPTS[shell](wordsOf(program)))
    })
}

/** Path of a command (`runs list`) → the words that may come next. */
type Words = ReadonlyMap<string, readonly string[]>

function wordsOf(program: Command): Words {
  const words = new Map<string, readonly string[]>()
  const visit = (command: Command, path: readonly string[]): void => {
    const commands = command.commands.filter((one) => one.name() !== 'help')
    const choices = command.registeredArguments.flatMap(({ argChoices }) => argChoices ?? [])
    const options = command.options.flatMap((option: Option) => option.long ?? [])
    words.set(path.join(' '), [...commands.map((one) => one.name()), ...choices, ...options, '--help'])
    for (const one of commands) visit(one, [...path, one.name()])
  }
  visit(program, [])
  return words
}

function casesOf(words: Words): string {
  return [...words].map(([path, next]) => `    '${path}') words='${next.join(' ')}' ;;`).join('\n')
}

/** Options and what they take are no part of the path. */
const BASH = (words: Words): string => `_headwater() {
  local path='' word words='' i
  for ((i = 1; i < COMP_CWORD; i++)); do
    word=\${COMP_WORDS[i]}
    [[ $word == -* ]] && break
    path="\${path:+$path }$word"
  done
  while :; do
    case "$path" in
${casesOf(words)}
    esac
    [[ -n $words || $path != *' '* ]] && break
    path=\${path% *}
  done
  COMPREPLY=($(compgen -W "$words" -- "\${COMP_WORDS[COMP_CWORD]}"))
}
complete -o default -F _headwater headwater
`

const SCRIPTS: Readonly<Record<(typeof SHELLS)[number], (words: Words) => string>> = {
  bash: BASH,
  zsh: (words) => `#compdef headwater\nautoload -U +X bashcompinit && bashcompinit\n${BASH(words)}`,
  fish: (words) =>
    [...words]
      .map(([path, next]) => {
        const names = path.split(' ').filter((name) => name !== '')
        const condition =
          names.length === 0
            ? '__fish_use_subcommand'
            : names.map((name) => `__fish_seen_subcommand_from ${name}`).join('; and ')
        const plain = next.filter((word) => !word.startsWith('-'))
        const lines =
          plain.length === 0 ? [] : [`complete -c headwater -f -n '${condition}' -a '${plain.join(' ')}'`]
        const options = next.filter((word) => word.startsWith('--'))
        return [
          ...lines,
          ...options.map((option) => `complete -c headwater -n '${condition}' -l ${option.slice(2)}`),
        ].join('\n')
      })
      .join('\n')
      .concat('\n'),
}
