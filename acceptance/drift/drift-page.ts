import { SHAPE_CHANGES } from '@headwater/server/source/postgres/shape/shape-change.ts'
import type { DriftKind, Outcome } from './kind.ts'
import { KINDS } from './kinds.ts'
import { POLICY_KINDS } from './policy-kinds.ts'

/** The tables of docs/drift.md, from the data that the tests play. Each stands below its mark. */
export const DRIFT_TABLES: Readonly<Record<string, () => string>> = {
  stop: () => kindsTable(KINDS),
  evolve: () => kindsTable(POLICY_KINDS.filter(({ policy }) => policy === 'evolve')),
  report: () => kindsTable(POLICY_KINDS.filter(({ policy }) => policy === 'report')),
  codes: codesTable,
}

/** The page with its tables written anew. */
export function withTables(page: string): string {
  return Object.entries(DRIFT_TABLES).reduce((text, [name, table]) => {
    const block = new RegExp(`(<!-- ${name} -->\\n\\n)[\\s\\S]*?(\\n\\n<!-- /${name} -->)`)
    if (!block.test(text)) throw new Error(`docs/drift.md has no place for the table "${name}"`)
    return text.replace(block, (_match, head: string, tail: string) => `${head}${table()}${tail}`)
  }, page)
}

function kindsTable(kinds: readonly DriftKind[]): string {
  return formatTable(
    ['change', 'the next run', 'while a run is under way'],
    kinds.map(({ change, between, during }) => [
      change,
      outcome(between),
      meanwhile({ change, between, during }),
    ]),
  )
}

function outcome({ code, counted, drift = {} }: Outcome): string {
  const codes = Object.entries(drift).filter(([name]) => name !== code)
  const effects = (wanted: string) =>
    codes
      .filter(([, effect]) => [effect].flat().some((each) => each === wanted))
      .map(([name]) => `\`${name}\``)
  const [followed, told] = [effects('followed'), effects('told')]
  const parts = [
    code === undefined ? 'lands' : `**stops** with \`${code}\``,
    ...(followed.length === 0 ? [] : [`follows ${followed.join(', ')}`]),
    ...(told.length === 0 ? [] : [`tells ${told.join(', ')}`]),
    ...(counted === undefined ? [] : [`counts values under \`${counted}\``]),
  ]
  return parts.join(', ')
}

/** A change that waits leaves the run alone; one that does not may be met in the middle. */
function meanwhile({ between, during }: Pick<DriftKind, 'change' | 'between' | 'during'>): string {
  if (during.isFree !== true) return 'waits for the run'
  const met = outcome(during)
  if (met === 'lands') return 'the run does not notice'
  return met === outcome(between) ? 'the run starts over: the same' : `the run starts over: ${met}`
}

function codesTable(): string {
  return formatTable(
    ['code', 'what has changed', 'where the run goes on', 'where it stops'],
    Object.entries(SHAPE_CHANGES).map(([code, { title, advice, remedy }]) => [
      `\`${code}\``,
      title,
      advice,
      stopping().has(code) ? remedy : '–',
    ]),
  )
}

/** Codes that stop a run under some policy. */
function stopping(): ReadonlySet<string> {
  const outcomes = [...KINDS, ...POLICY_KINDS].flatMap(({ between, during }) => [between, during])
  return new Set(outcomes.flatMap(({ code }) => (code === undefined ? [] : [code])))
}

function formatTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')
}
