import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { findLockHolder, takeClusterLock } from './cluster-lock.ts'
import { ownProcess } from './process-status.ts'

let dir = ''
beforeAll(() => {
  dir = mkdtempSync(path.join(tmpdir(), 'hw-lock-'))
})
afterAll(() => rmSync(dir, { recursive: true, force: true }))

test('is held by one until released, and leaves no file behind', async () => {
  const file = path.join(dir, 'one')
  expect(findLockHolder(file)).toBeUndefined()
  const lock = await takeClusterLock(file)
  expect(findLockHolder(file)).toBe(process.pid)
  await expect(takeClusterLock(file)).rejects.toThrow(`already running as pid ${process.pid}`)
  lock.release()
  lock.release()
  expect(findLockHolder(file)).toBeUndefined()
  expect(readdirSync(dir)).toEqual([])
})

test.each([
  ['of a process that is gone', { pid: 2 ** 22 + 1, identity: 'x' }],
  ['of an earlier process with an id that lives again', { ...ownProcess(), identity: 'x' }],
])('a lock %s has one successor among many', async (_what, holder) => {
  const file = path.join(dir, 'many')
  writeFileSync(file, JSON.stringify(holder))
  expect(findLockHolder(file)).toBe('dead')
  const tries = await Promise.allSettled(Array.from({ length: 8 }, () => takeClusterLock(file)))
  const won = tries.filter((result) => result.status === 'fulfilled')
  expect(won).toHaveLength(1)
  won[0]?.value.release()
  expect(readdirSync(dir)).toEqual([])
})

test('release does not remove the lock of a successor', async () => {
  const file = path.join(dir, 'successor')
  const first = await takeClusterLock(file)
  rmSync(file)
  const second = await takeClusterLock(file)
  first.release()
  expect(findLockHolder(file)).toBe(process.pid)
  second.release()
})
