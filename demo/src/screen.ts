/** Everything that the demo prints. Colours and the moving bar only on a terminal. */
const isTerminal = process.stdout.isTTY === true

/** A line of its own. */
export function say(text = ''): void {
  clearBar()
  process.stdout.write(`${text}\n`)
}

/** The head of a part of the journey. */
export function title(text: string): void {
  say()
  say(bold(text))
}

export function bold(text: string): string {
  return isTerminal ? `\u001b[1m${text}\u001b[0m` : text
}

export function dim(text: string): string {
  return isTerminal ? `\u001b[2m${text}\u001b[0m` : text
}

const BAR_WIDTH = 30
let lastStep = -1

/** Shows how far something is. On a terminal it moves in place; elsewhere it writes a line every tenth. */
export function showBar(label: string, done: number, total: number, note: string): void {
  const share = total > 0 ? Math.min(1, done / total) : 0
  const filled = Math.round(share * BAR_WIDTH)
  const bar = `${'█'.repeat(filled)}${'░'.repeat(BAR_WIDTH - filled)}`
  const text = `  ${label} ${bar} ${String(Math.round(share * 100)).padStart(3)} %  ${note}`
  if (isTerminal) {
    process.stdout.write(`\r\u001b[2K${text}`)
    return
  }
  const step = Math.floor(share * 10)
  if (step !== lastStep) process.stdout.write(`${text}\n`)
  lastStep = step
}

/** Ends a bar: what is printed next starts on a clean line. */
export function clearBar(): void {
  if (isTerminal) process.stdout.write('\r\u001b[2K')
  lastStep = -1
}

/** A table with right-aligned numbers; the first row is the head. */
export function showTable(rows: readonly (readonly string[])[]): void {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => (row[column] ?? '').length)),
  )
  rows.forEach((row, index) => {
    const cells = row.map((cell, column) =>
      column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
    )
    say(`  ${index === 0 ? bold(cells.join('   ')) : cells.join('   ')}`)
  })
}

/** `3,000,000` */
export function count(value: number): string {
  return Math.round(value).toLocaleString('en-US')
}

/** `12.3 MB` */
export function bytes(value: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB']
  let scaled = value
  let unit = 0
  while (scaled >= 1000 && unit < units.length - 1) {
    scaled /= 1000
    unit++
  }
  return `${unit === 0 ? scaled : scaled.toFixed(1)} ${units[unit]}`
}
