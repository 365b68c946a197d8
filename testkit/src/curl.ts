import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import type { Answer } from './api-client.ts'

// Tutorials as shell scripts: commands of curl, pasted into a shell one after the other.

const run = promisify(execFile)

export const hasCurl: boolean = await run('curl', ['--version']).then(
  () => true,
  () => false,
)

/** Says in the name of a skipped test why it is. */
export const curlTitle: string = hasCurl ? 'curl' : 'curl (SKIPPED: there is no curl here)'

/** One command of a tutorial with what its comments `#: …` say of it. */
export interface CurlStep {
  readonly title: string
  readonly command: string
  readonly status: number
  /** What the answer holds. */
  readonly texts: readonly string[]
  /** What it does not hold. */
  readonly lacking: readonly string[]
  /** Asked for again until the answer holds this. */
  readonly until: string | undefined
  /** What the reader copies from the answer. */
  readonly kept: readonly Kept[]
}

interface Kept {
  readonly name: string
  /** Members and indices, with dots between them. */
  readonly path: string
  /** Cut off at the front. */
  readonly prefix: string
}

/** What a reader has noted so far, by the name of its placeholder: `{FLOW_ID}` in a command. */
export type Notes = Readonly<Record<string, string>>

/** The steps of a tutorial. */
export async function readTutorial(path: string): Promise<CurlStep[]> {
  const [, ...parts] = (await readFile(path, 'utf8')).split(/^#: step /m)
  return parts.map(parseStep)
}

function parseStep(text: string): CurlStep {
  const [title = '', ...lines] = text.split('\n')
  const said = (word: string): string[] =>
    lines.filter((line) => line.startsWith(`#: ${word} `)).map((line) => line.slice(word.length + 4))
  const [status = '', ...texts] = (said('expect')[0] ?? '').split(' ')
  return {
    title,
    command: lines.filter((line) => !line.startsWith('#')).join('\n'),
    status: Number(status),
    texts,
    lacking: said('lack'),
    until: said('until')[0],
    kept: said('keep').map(parseKept),
  }
}

function parseKept(text: string): Kept {
  const [name = '', path = '', prefix = ''] = text.split(' ')
  return { name, path, prefix }
}

export interface CurlAnswer {
  readonly status: number
  readonly text: string
}

const HOSTS = /https:\/\/(?:platform\.adobe\.io|ims-na1\.adobelogin\.com)/g
const PATIENCE_MS = 30_000
const POLL_MS = 50
// The commands stay as they are printed; the shell only learns to print the status as well.
const PRELUDE = `curl() { command curl --silent --show-error --write-out '\\n%{http_code}' "$@"; }\n`

/** Does what a step says, with the server's address in the place of the platform's and the notes filled in. */
export async function followStep(step: CurlStep, serverUrl: string, notes: Notes): Promise<CurlAnswer> {
  const command = fillIn(step.command.replace(HOSTS, serverUrl), notes)
  const wanted = step.until
  for (const deadline = Date.now() + PATIENCE_MS; ; await sleep(POLL_MS)) {
    const answer = await runInShell(command)
    if (wanted === undefined || answer.text.includes(wanted) || Date.now() > deadline) return answer
  }
}

/** Fills placeholders; one without a note stays. */
export function fillIn(text: string, notes: Notes): string {
  return text.replace(/\{([A-Z_]+)\}/g, (all, name: string) => notes[name] ?? all)
}

/** A line that the shell takes for a command of its own, after a missing continuation, fails there and changes nothing. */
async function runInShell(command: string): Promise<CurlAnswer> {
  const { stdout } = await run('bash', ['-c', `${PRELUDE}${command}true`])
  const end = stdout.lastIndexOf('\n')
  return { status: Number(stdout.slice(end + 1)), text: stdout.slice(0, end) }
}

/** The notes with what the step keeps. An etag is copied without the quotes that are part of it. */
export function takeNotes(step: CurlStep, answer: CurlAnswer, notes: Notes): Notes {
  if (step.kept.length === 0) return notes
  const body = JSON.parse(answer.text) as Answer
  const taken = step.kept.map(({ name, path, prefix }) => {
    const value = path.split('.').reduce((part: Answer, member) => part?.[member], body)
    return [name, String(value).replace(/^"|"$/g, '').replace(prefix, '')] as const
  })
  return { ...notes, ...Object.fromEntries(taken) }
}
