import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { removeServerFile, writeServerFile } from '@headwater/server/boot/server-file.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { checkPlace } from './check-place.ts'

let dataDir: string

beforeAll(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'headwater-demo-'))
})

afterAll(() => rmSync(dataDir, { recursive: true, force: true }))

test('a folder on which a server runs is refused, with its address', async () => {
  writeServerFile(dataDir, 'http://127.0.0.1:8787')
  await expect(checkPlace(dataDir, 0)).rejects.toThrow(
    /runs on .* at http:\/\/127\.0\.0\.1:8787\. Stop it, or/,
  )
  removeServerFile(dataDir)
  await expect(checkPlace(dataDir, 0)).resolves.toBeUndefined()
})

test('a port that is taken is refused, and one that is free stays free', async () => {
  const other = createServer().listen(0, '127.0.0.1')
  await once(other, 'listening')
  const { port } = other.address() as AddressInfo
  await expect(checkPlace(dataDir, port)).rejects.toThrow(`Port ${port} is in use`)
  other.close()
  await once(other, 'close')
  await checkPlace(dataDir, port)
  await checkPlace(dataDir, port)
})
