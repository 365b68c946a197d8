import { describe, expect, test } from 'vitest'
import { MemoryRing } from '#source/postgres/testing/memory-ring.ts'
import { describePostgresType } from '#typemap/postgres-types.ts'
import { CopyDecoder } from './copy-decoder.ts'
import { planSlot } from './slot.ts'

const columns = [
  { name: 'a', type: describePostgresType({ typeName: 'integer', typeOid: 23, typmod: -1 }) },
  { name: 'b', type: describePostgresType({ typeName: 'text', typeOid: 25, typmod: -1 }) },
]
const HEADER = Buffer.concat([Buffer.from('PGCOPY\n\xff\r\n\0', 'latin1'), Buffer.alloc(8)])
const TRAILER = int16(-1)

function int16(value: number): Buffer {
  const bytes = Buffer.alloc(2)
  bytes.writeInt16BE(value)
  return bytes
}

function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeInt32BE(value)
  return bytes
}

function message(type: string, ...payload: Uint8Array[]): Buffer {
  const body = Buffer.concat(payload)
  return Buffer.concat([Buffer.from(type), int32(body.length + 4), body])
}

function tuple(a: number | null, b: string | null): Buffer {
  const first = a === null ? [int32(-1)] : [int32(4), int32(a)]
  const second = b === null ? [int32(-1)] : [int32(Buffer.byteLength(b)), Buffer.from(b)]
  return Buffer.concat([int16(2), ...first, ...second])
}

function start(options: { slotRows?: number; isTypescript?: boolean } = {}) {
  const layout = planSlot(columns, { ...options, rawBytes: 65_536 })
  const ring = new MemoryRing(layout, columns)
  const messages: string[] = []
  const decoder = new CopyDecoder({
    columns,
    layout,
    ring,
    kernel: options.isTypescript ? undefined : ring.kernel,
    onMessage: (type, payload) => messages.push(`${type}${payload.length}`),
  })
  return { decoder, ring, messages }
}

const conversation = Buffer.concat([
  message('H', Buffer.from([1, 0, 2, 0, 1, 0, 1])),
  message('d', HEADER, tuple(1, 'one')),
  message('N', Buffer.from('a notice in between')),
  message('d', tuple(-2, null)),
  message('d', tuple(null, '')),
  message('d', tuple(4, 'z'.repeat(70_000))),
  message('S', Buffer.from('TimeZone\0UTC\0')),
  message('d', tuple(5, 'five')),
  message('d', TRAILER),
  message('c'),
  message('C', Buffer.from('COPY 5\0')),
  message('Z', Buffer.from('T')),
])
const expectedRows = [
  ['1', 'one'],
  ['-2', null],
  [null, ''],
  ['4', 'z'.repeat(70_000)],
  ['5', 'five'],
]

describe.each([
  { by: 'the kernel', isTypescript: false },
  { by: 'its twin', isTypescript: true },
])('taken apart by $by', ({ isTypescript }) => {
  test.each([1, 2, 3, 7, 64, 1000, 1e6])('bytes that come in pieces of %i', (size) => {
    const { decoder, ring, messages } = start({ isTypescript })
    for (let at = 0; at < conversation.length; at += size) decoder.push(conversation.subarray(at, at + size))
    decoder.finish()
    expect(ring.rows).toEqual(expectedRows)
    expect(messages).toEqual(['H7', 'N19', 'S13', 'c0', 'C7', 'Z1'])
  })

  test('bytes read straight into the room that is offered', () => {
    const { decoder, ring } = start({ slotRows: 2, isTypescript })
    let at = 0
    while (at < conversation.length) {
      const room = decoder.room()
      expect(room.length).toBeGreaterThan(0)
      const piece = conversation.subarray(at, at + Math.min(room.length, 5000))
      room.set(piece)
      decoder.filled(piece.length)
      at += piece.length
    }
    decoder.finish()
    expect(ring.rows).toEqual(expectedRows)
  })

  test('a header that comes alone', () => {
    const { decoder, ring } = start({ isTypescript })
    decoder.push(Buffer.concat([message('d', HEADER), message('d', tuple(1, 'x')), message('d', TRAILER)]))
    decoder.finish()
    expect(ring.rows).toEqual([['1', 'x']])
  })

  test.each([
    ['no signature', message('d', Buffer.alloc(19), tuple(1, 'x')), /signature/],
    [
      'another number of columns',
      message('d', HEADER, int16(3), Buffer.alloc(20)),
      /3 columns, 2 were selected/,
    ],
    [
      'a value of another width',
      message('d', HEADER, int16(2), int32(8), Buffer.alloc(8), int32(-1)),
      /width/,
    ],
    ['bytes after the row', message('d', HEADER, tuple(1, 'x'), Buffer.alloc(3)), /end with its message/],
    [
      'rows after the trailer',
      Buffer.concat([message('d', HEADER, TRAILER), message('d', tuple(1, 'x'))]),
      /follow the end/,
    ],
    ['a message of another protocol', Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n'), /impossible length/],
    ['an unknown message', message('T', Buffer.alloc(4)), /unexpected message "T"/],
    [
      'a negative length',
      Buffer.concat([Buffer.from('c'), int32(-5), Buffer.alloc(50)]),
      /impossible length/,
    ],
    [
      'a length beyond what a row can have',
      Buffer.concat([Buffer.from('d'), int32(0x7fffffff)]),
      /impossible length/,
    ],
  ])('%s is refused', (_, bytes, problem) => {
    const { decoder } = start({ isTypescript })
    expect(() => decoder.push(bytes)).toThrow(problem)
  })
})
