/** Where a command writes; tests read it there. */
export type Write = (text: string) => void

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

/** JSON as programs take it: one document, and people can read it, too. */
export function formatJson(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`
}

/** A point in time in UTC, to the second; nothing for none. */
export function formatTime(ms: number | undefined): string {
  return ms === undefined ? '' : new Date(ms).toISOString().replace(/\.\d+Z$/, 'Z')
}
