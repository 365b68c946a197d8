import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** A contract whose statements are numbered, and the folder of the tests that hold the server to it. */
export interface Contract {
  readonly title: string
  /** Below `acceptance`. */
  readonly folder: string
  readonly statementCount: number
  /** The parts of the contract's list of statements, each with the number of its first. */
  readonly sections: readonly { readonly from: number; readonly title: string }[]
}

export const FLOW_SERVICE: Contract = {
  title: "the Flow Service's contract",
  folder: 'conformance',
  statementCount: 284,
  sections: [
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
  ],
}

export const PLATFORM: Contract = {
  title: 'the contract of the platform around it',
  folder: 'platform',
  statementCount: 147,
  sections: [
    { from: 1, title: 'IMS and gateway' },
    { from: 18, title: 'Sandboxes' },
    { from: 25, title: 'Schema Registry' },
    { from: 65, title: 'Catalog' },
    { from: 85, title: 'Batches and ingestion' },
    { from: 106, title: 'Data Access' },
    { from: 113, title: 'Data Prep' },
    { from: 141, title: 'Small services' },
    { from: 145, title: 'End to end' },
  ],
}

/** A statement of the contract and the test that holds the server to it. */
export interface CoveredStatement {
  readonly number: number
  readonly words: string
  /** Name of the file in the contract's folder. */
  readonly file: string
}

const ACCEPTANCE = join(import.meta.dirname, '../acceptance')
const STATEMENT = /^\s*statement\(\s*(\d+),\s*(?:'((?:[^'\\\n]|\\.)*)'|"((?:[^"\\\n]|\\.)*)"|`([^`$]*)`)/gm

/** Every statement of a contract that a test checks, in order of number. */
export function readStatements({ folder }: Contract): readonly CoveredStatement[] {
  const path = join(ACCEPTANCE, folder)
  const files = readdirSync(path).filter((name) => name.endsWith('.test.ts'))
  return files
    .flatMap((file) => statementsIn(file, readFileSync(join(path, file), 'utf8')))
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

/** The page that lists all statements of all contracts. */
export function coveragePage(): string {
  return `${HEAD}\n${[FLOW_SERVICE, PLATFORM].map(chapterOf).join('\n')}`
}

const HEAD = `# Coverage of the contracts

A contract is numbered statements. Each is a test that starts a whole server and speaks HTTP to it; the words are the test's name. \`node scripts/write-coverage.ts\` writes this page from the tests, and a test fails when it is stale.
`

function chapterOf(contract: Contract): string {
  const statements = readStatements(contract)
  const { title, folder, statementCount, sections } = contract
  const parts = sections.map(({ from, title: section }, index) => {
    const end = sections[index + 1]?.from ?? statementCount + 1
    const rows = statements
      .filter(({ number }) => number >= from && number < end)
      .map((statement) => rowOf(statement, folder))
    return `### ${section}\n\n| number | what holds | test |\n| --- | --- | --- |\n${rows.join('\n')}\n`
  })
  const heading = `## ${title.charAt(0).toUpperCase()}${title.slice(1)}`
  return `${heading}\n\n${statementCount} statements, ${statements.length} with a test.\n\n${parts.join('\n')}`
}

function rowOf({ number, words, file }: CoveredStatement, folder: string): string {
  return `| ${number} | ${words.replaceAll('|', '\\|')} | [${file}](${folder}/${file}) |`
}
