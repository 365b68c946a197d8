/** A page with the table between `<!-- name -->` and `<!-- end of name -->` made anew; the rest stays. */
export function withTable(page: string, name: string, rows: readonly string[]): string {
  const between = new RegExp(`(<!-- ${name} -->\\n)[\\s\\S]*?(<!-- end of ${name} -->)`)
  return page.replace(between, (_, start: string, end: string) => `${start}${rows.join('\n')}\n${end}`)
}

/** The lines of a table: its head, the line below it, and its rows. */
export function tableOf(head: readonly string[], rows: readonly (readonly string[])[]): readonly string[] {
  return [row(head), `|${' --- |'.repeat(head.length)}`, ...rows.map(row)]
}

function row(cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`
}
