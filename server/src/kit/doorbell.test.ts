import { expect, test, vi } from 'vitest'
import { Doorbell } from './doorbell.ts'

test('a ring ends the wait, one before it makes the wait end at once, and a reset forgets it', async () => {
  vi.useFakeTimers()
  try {
    const bell = new Doorbell()
    const events: string[] = []
    void bell.wait(60_000).then(() => events.push('rung while waiting'))
    bell.ring()
    await vi.advanceTimersByTimeAsync(0)
    expect(events).toEqual(['rung while waiting'])

    void bell.wait(60_000).then(() => events.push('rung before'))
    await vi.advanceTimersByTimeAsync(0)
    expect(events).toHaveLength(2)

    bell.reset()
    void bell.wait(60_000).then(() => events.push('patience ended'))
    await vi.advanceTimersByTimeAsync(59_999)
    expect(events).toHaveLength(2)
    await vi.advanceTimersByTimeAsync(1)
    expect(events).toEqual(['rung while waiting', 'rung before', 'patience ended'])
  } finally {
    vi.useRealTimers()
  }
})
