import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { AxeResults } from 'axe-core'
import { expect } from 'vitest'
import type { Tab } from './browsed.ts'

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

/** Nothing complains, nothing shuts anybody out, and nothing sticks out at the side. */
export async function expectSound({ page, complaints }: Tab): Promise<void> {
  await page.evaluate(AXE)
  const results = (await page.evaluate('axe.run(document, { resultTypes: ["violations"] })')) as AxeResults
  const grave = results.violations.filter(({ impact }) => impact === 'serious' || impact === 'critical')
  expect(grave.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`)).toEqual([])
  const overhang = Number(await page.evaluate('document.documentElement.scrollWidth - innerWidth'))
  expect(overhang, 'pixels beyond the right edge').toBeLessThanOrEqual(0)
  expect(complaints).toEqual([])
}
