import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { compileKernel, KERNEL_PATH } from './kernel-build.ts'

test('the committed kernel is what its sources compile to; if not, node scripts/write-kernel.ts', async () => {
  const [committed, compiled] = await Promise.all([readFile(KERNEL_PATH), compileKernel()])
  expect(Buffer.compare(committed, compiled)).toBe(0)
}, 30_000)
