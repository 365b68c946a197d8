import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** How many statements the contract numbers. */
export const STATEMENT_COUNT = 284

/** The parts of the contract's list of statements, each with the number of its first. */
const SECTIONS: readonly { readonly from: number; readonly title: string }[] = [
  { from: 1, title: 'Headers, errors, content' },
  { from: 37, title: 'Envelopes, ids, etags' },
  { from: 72, title: 'Lists' },
  { from: 124, title: 'Connection specs' },
  { from: 138, title: 'Connections' },
  { from: 169, title: 'Explore' },
  { from: 187, title: 'Source and target connections' },
  { from: 204, title: 'Flow specs and flows' },
  { from: 238, title: 'Runs and schedules' },
  { from: 270, title: 'Row filters' },
  { from: 277, title: 'Replays of clients' },
]

/** A statement of the contract and the test that holds the server to it. */
export interface CoveredStatement {
  readonly number: number
  readonly words: string
  /** Name of the file below `acceptance/conformance`. */
  readonly file: string
}

const FOLDER = join(import.meta.dirname, '../acceptance/conformance')
const STATEMENT = /^\s*statement\(\s*(\d+),\s*(?:'((?:[^'\\\n]|\\.)*)'|"((?:[^"\\\n]|\\.)*)"|`([^`$]*)`)/gm

/** Every statement that a conformance test checks, in order of number. */
export function readStatements(): readonly CoveredStatement[] {
  const files = readdirSync(FOLDER).filter((name) => name.endsWith('.test.ts'))
  return files
    .flatMap((file) => statementsIn(file, readFileSync(join(FOLDER, file), 'utf8')))
    .sort((one, other) => one.number - other.number)
}

/** The statements in a file's source. @throws when one is written so that it can't be read from there */
export function statementsIn(file: string, source: string): readonly CoveredStatement[] {
  const found = [...source.matchAll(STATEMENT)].map(([, number, ...quoted]) => ({
    number: Number(number),
    words: (quoted.find((text) => text !== undefined) ?? '').replaceAll(/\\(.)/g, '$1'),
    file,
  }))
  const calls = source.match(/\bstatement\(/g)?.length ?? 0
  if (calls !== found.length)
    throw new Error(
      `${file} has ${calls} statements, but only ${found.length} with a literal number and literal words.`,
    )
  return found
}

/** The page that lists all statements. */
export function coveragePage(statements: readonly CoveredStatement[]): string {
  const parts = SECTIONS.map(({ from, title }, index) => {
    const end = SECTIONS[index + 1]?.from ?? STATEMENT_COUNT + 1
    const rows = statements.filter(({ number }) => number >= from && number < end).map(rowOf)
    return `## ${title}\n\n| number | what holds | test |\n| --- | --- | --- |\n${rows.join('\n')}\n`
  })
  return `${HEAD}\n${parts.join('\n')}`
}

const HEAD = `# Coverage of the Flow Service's contract

The contract is ${STATEMENT_COUNT} numbered statements. Each is a test that starts a whole server and speaks HTTP to it; the words are the test's name. \`node scripts/write-coverage.ts\` writes this page from the tests, and a test fails when it is stale.
`

function rowOf({ number, words, file }: CoveredStatement): string {
  return `| ${number} | ${words.replaceAll('|', '\\|')} | [${file}](conformance/${file}) |`
}
