/** Lists that are read to their end are read in big pages. */
export const PAGE = { limit: 1000 } as const

/** Rows below their titles, each column as wide as its widest cell. Numbers stand to the right. */
export function formatTable(
  titles: readonly string[],
  rows: readonly (readonly (string | number | undefined)[])[],
): string {
  const cells = [titles, ...rows.map((row) => row.map((cell) => String(cell ?? '')))]
  const widths = titles.map((_, column) => Math.max(...cells.map((row) => [...(row[column] ?? '')].length)))
  const isNumeric = titles.map(
    (_, column) => rows.length > 0 && rows.every((row) => typeof (row[column] ?? 0) === 'number'),
  )
  const lines = cells.map((row) =>
    row
      .map((cell, column) => pad(cell, widths[column] ?? 0, isNumeric[column] ?? false))
      .join('  ')
      .trimEnd(),
  )
  return `${lines.join('\n')}\n`
}

function pad(text: string, width: number, isNumber: boolean): string {
  const blanks = ' '.repeat(Math.max(0, width - [...text].length))
  return isNumber ? blanks + text : text + blanks
}

const MAX_CELL = 40

/** A value as the cell of a table: short, in one line. */
export function cellOf(value: unknown): string | number {
  if (typeof value === 'number') return value
  const text =
    value === undefined || value === null ? '' : typeof value === 'string' ? value : JSON.stringify(value)
  const line = text.replaceAll(/[\r\n\t]+/g, ' ')
  return line.length > MAX_CELL ? `${line.slice(0, MAX_CELL - 1)}…` : line
}

/** Records as a table, a column for each member that any of them has, in the order in which they come. */
export function formatRecords(records: readonly Readonly<Record<string, unknown>>[]): string {
  const names = [...new Set(records.flatMap((record) => Object.keys(record)))]
  return formatTable(
    names,
    records.map((record) => names.map((name) => cellOf(record[name]))),
  )
}

/** JSON as programs take it: one document, and people can read it, too. */
export function formatJson(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`
}

/** A point in time in UTC, to the second; nothing for none. */
export function formatTime(ms: number | undefined): string {
  return ms === undefined ? '' : new Date(ms).toISOString().replace(/\.\d+Z$/, 'Z')
}

/** What is known of one thing, a line each below its head; what is not known is left out. */
export function formatFacts(head: string, facts: Readonly<Record<string, string | undefined>>): string {
  const known = Object.entries(facts).filter(([, fact]) => fact !== undefined && fact !== '')
  const width = Math.max(...known.map(([name]) => name.length))
  const lines = known.map(([name, fact]) => `  ${name.padEnd(width)}  ${fact}`)
  return `${[head, ...lines].join('\n')}\n`
}

/** `1,000 read, 998 landed`: counts of a thing, without those that are not known. */
export function formatCounts(counts: Readonly<Record<string, number | undefined>>): string {
  return Object.entries(counts)
    .flatMap(([what, count]) => (count === undefined ? [] : [`${count.toLocaleString('en')} ${what}`]))
    .join(', ')
}
