import { expect, test } from 'vitest'
import { SliceError } from '#engine/slice-error.ts'
import { ReadBackError } from '#lake/query/verify-file.ts'
import { SecretError } from '#secrets/secret-error.ts'
import { FlowGoneError } from '#services/flow-service/flows/plan-inputs.ts'
import { RelationNotFoundError } from '#source/postgres/explore/relation-errors.ts'
import { SourceError } from '#source/postgres/failures/source-error.ts'
import { LakeTypeChangeError } from '#typemap/xdm-types.ts'
import { isSnapshotGone, judgeError } from './judge-error.ts'
import { RunFailedError } from './run-failed-error.ts'

function sourceError(mayPass: boolean): SourceError {
  return new SourceError({ code: 'X', stage: 'query', message: 'It failed.', remedy: 'Mend it.', mayPass })
}

function sliceError(
  failure: Partial<ConstructorParameters<typeof SliceError>[1]>,
  origin: 'source' | 'encoder' = 'source',
) {
  return new SliceError(origin, {
    name: 'SourceError',
    message: 'It failed.',
    remedy: 'Mend it.',
    ...failure,
  })
}

test.each([true, false])('a source decides whether its failure may pass: %s', (mayPass) => {
  for (const error of [sourceError(mayPass), sliceError({ mayPass, code: 'X' })]) {
    expect(judgeError(error)).toMatchObject({
      mayPass,
      failure: { stage: 'copy', code: 'X', message: 'It failed. Mend it.' },
    })
  }
  expect(judgeError(sliceError({ mayPass })).failure.code).toBe('CONNECTOR-1001-500')
})

test.each([
  [new FlowGoneError('The flow is gone.'), 'copy'],
  [new RelationNotFoundError('public.x', []), 'copy'],
  [new SecretError('unknown-key', 'Restore that key.'), 'copy'],
  [new LakeTypeChangeError('a', 'long', 'string'), 'promotion'],
] as const)('%o is told in its own words, at once', (error, stage) => {
  expect(judgeError(error)).toMatchObject({ mayPass: false, failure: { stage, message: error.message } })
})

test('a failure that was judged already stays what it is', () => {
  const failure = new RunFailedError('promotion', 'Too many.', { code: 'HW-X' })
  expect(judgeError(failure)).toEqual({ failure, mayPass: false })
})

test('rows that got lost in a lane are never tried again in silence', () => {
  const verdict = judgeError(sliceError({ name: 'RowCountError', code: 'HW-ROW-COUNT' }, 'encoder'))
  expect(verdict).toMatchObject({ mayPass: false, failure: { code: 'HW-ROW-COUNT', stage: 'promotion' } })
})

test.each([
  [
    Object.assign(new Error('ENOSPC: /data/spool/x'), { code: 'ENOSPC' }),
    /^There is no space left on the disk/,
  ],
  [
    sliceError({ name: 'Error', message: 'ENOSPC: /data/spool/x', code: 'ENOSPC' }, 'encoder'),
    /^There is no space left/,
  ],
  [
    sliceError({ name: 'ReadBackError', message: 'in /data/spool/x' }, 'encoder'),
    /^An internal error \(ReadBackError\)/,
  ],
  [
    sliceError({ name: 'ThreadDiedError', message: 'out of memory' }),
    /^An internal error \(ThreadDiedError\)/,
  ],
  [new ReadBackError('in /data/spool/x'), /^An internal error \(ReadBackError\)/],
  [
    Object.assign(new Error('duplicate key (secret)'), { code: '23505' }),
    /^An internal error \(Error, 23505\)/,
  ],
  ['thrown text /data/spool/x', /^An internal error \(string\)/],
])('a fault of ours is tried again, and its text stays in the log: %o', (error, message) => {
  const { mayPass, failure } = judgeError(error)
  expect(mayPass).toBe(true)
  expect(failure.message).toMatch(message)
  expect(failure.message).toMatch(/The server's log says more under the id of the run\.$/)
  expect(failure.message).not.toMatch(/spool|secret/)
})

test('a snapshot that is gone is told from other values that PostgreSQL finds invalid', () => {
  const gone = sliceError({
    code: '22023',
    message: 'PostgreSQL says: invalid snapshot identifier: "00000004-1".',
  })
  expect(isSnapshotGone(gone)).toBe(true)
  expect(judgeError(gone).mayPass).toBe(true)
  expect(isSnapshotGone(sliceError({ code: '42704', message: 'snapshot "00000004-1" does not exist' }))).toBe(
    true,
  )
  const other = sliceError({ code: '22023', message: 'PostgreSQL says: time zone "x" not recognized.' })
  expect(isSnapshotGone(other)).toBe(false)
  expect(judgeError(other).mayPass).toBe(false)
})
