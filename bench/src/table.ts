/** Prints rows as a table: the first column to the left, the others to the right. */
export function printTable(heads: readonly string[], rows: readonly (readonly string[])[]): void {
  const widths = heads.map((head, index) =>
    Math.max(head.length, ...rows.map((row) => row[index]?.length ?? 0)),
  )
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, index) => (index === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[index] ?? 0)))
      .join('   ')
  say(line(heads))
  say(widths.map((width) => '-'.repeat(width)).join('   '))
  for (const row of rows) say(line(row))
}

export function say(text = ''): void {
  process.stdout.write(`${text}\n`)
}
