import type { Contender, TableResult } from '../bench/src/extract/results.ts'
import { spreadOf } from '../bench/src/extract/statistics.ts'
import { readResults } from './performance-figures.ts'

interface Bar {
  readonly label: string
  readonly value: number
  readonly min: number
  readonly max: number
}

const PANEL = { left: 170, width: 520, right: 90, row: 26, top: 44 }

/** The charts of `docs/performance/`, by file name; one for each table that was measured. */
export function charts(): ReadonlyMap<string, string> {
  const drawn = new Map<string, string>()
  for (const part of ['lineitem', 'events'] as const) {
    const [table] = (readResults(`${part}-peers`) ?? readResults(part))?.tables ?? []
    if (table === undefined) continue
    drawn.set(
      `${part}-wall.svg`,
      chart(`${part}: seconds of wall time`, table, (cost) => cost.wallMs / 1000),
    )
    drawn.set(
      `${part}-cpu.svg`,
      chart(`${part}: seconds of CPU, PostgreSQL's own apart`, table, (cost) => cost.cpuMs / 1000),
    )
  }
  return drawn
}

function chart(
  title: string,
  { contenders }: TableResult,
  pick: (cost: Contender['rounds'][number]) => number,
): string {
  const bars = contenders.map(({ name, rounds }): Bar => {
    const { median, min, max } = spreadOf(rounds.map(pick))
    return { label: name, value: median, min, max }
  })
  return draw(title, bars)
}

/** Bars from the left, a line from the fastest round to the slowest, and the median in figures. */
function draw(title: string, bars: readonly Bar[]): string {
  const largest = Math.max(...bars.map(({ max }) => max))
  const width = PANEL.left + PANEL.width + PANEL.right
  const height = PANEL.top + bars.length * PANEL.row + 12
  const rows = bars.map((bar, index) => drawBar(bar, PANEL.top + index * PANEL.row, PANEL.width / largest))
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="system-ui, sans-serif" font-size="13">
  <title>${title}</title>
  <rect width="${width}" height="${height}" fill="#ffffff"/>
  <text x="${PANEL.left}" y="26" font-size="15" font-weight="600" fill="#1b1f24">${title}</text>
${rows.join('\n')}
</svg>
`
}

function drawBar({ label, value, min, max }: Bar, y: number, scale: number): string {
  const at = (amount: number): string => (PANEL.left + amount * scale).toFixed(1)
  const middle = y + 10
  const fill = label.startsWith('headwater') ? '#1a7f6b' : '#b6bec8'
  return `  <text x="${PANEL.left - 10}" y="${y + 15}" text-anchor="end" fill="#1b1f24">${label}</text>
  <rect x="${PANEL.left}" y="${y}" width="${(value * scale).toFixed(1)}" height="20" fill="${fill}"/>
  <line x1="${at(min)}" y1="${middle}" x2="${at(max)}" y2="${middle}" stroke="#1b1f24"/>
  <text x="${(PANEL.left + max * scale + 8).toFixed(1)}" y="${y + 15}" fill="#1b1f24">${value.toFixed(2)}</text>`
}
