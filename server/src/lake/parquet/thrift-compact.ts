import { ByteBuffer } from './byte-buffer.ts'

/** Types of fields and list elements in Thrift's compact protocol. */
export const ThriftType = Object.freeze({
  TRUE: 1,
  FALSE: 2,
  I16: 4,
  I32: 5,
  I64: 6,
  BINARY: 8,
  LIST: 9,
  STRUCT: 12,
})
export type ThriftType = (typeof ThriftType)[keyof typeof ThriftType]

/**
 * Writes one struct in Thrift's compact protocol. Fields of a struct must come in ascending order of their
 * ids. 64-bit values are JavaScript numbers from 0 to 2^52.
 */
export class ThriftCompactWriter {
  readonly #out = new ByteBuffer()
  #lastFieldId = 0

  /** The whole struct with its end mark; valid until the next use of this writer. */
  finish(): Uint8Array {
    this.#byte(0)
    return this.#out.used()
  }

  /** Forgets what was written, so that another struct can be. */
  clear(): void {
    this.#out.clear()
    this.#lastFieldId = 0
  }

  bool(id: number, value: boolean): void {
    this.#field(id, value ? ThriftType.TRUE : ThriftType.FALSE)
  }

  i16(id: number, value: number): void {
    this.#field(id, ThriftType.I16)
    this.#zigzag32(value)
  }

  i32(id: number, value: number): void {
    this.#field(id, ThriftType.I32)
    this.#zigzag32(value)
  }

  i64(id: number, value: number): void {
    this.#field(id, ThriftType.I64)
    if (value < 0 || value > MAX_I64) throw new RangeError(`${value} is not between 0 and 2^52`)
    this.#varint(value * 2)
  }

  binary(id: number, value: Uint8Array): void {
    this.#field(id, ThriftType.BINARY)
    this.#bytes(value)
  }

  string(id: number, value: string): void {
    this.binary(id, TEXT_ENCODER.encode(value))
  }

  struct(id: number, writeFields: () => void): void {
    this.#field(id, ThriftType.STRUCT)
    this.#structBody(writeFields)
  }

  structList<T>(id: number, items: readonly T[], writeFields: (item: T) => void): void {
    this.#list(id, ThriftType.STRUCT, items.length)
    for (const item of items) this.#structBody(() => writeFields(item))
  }

  i32List(id: number, items: readonly number[]): void {
    this.#list(id, ThriftType.I32, items.length)
    for (const item of items) this.#zigzag32(item)
  }

  stringList(id: number, items: readonly string[]): void {
    this.#list(id, ThriftType.BINARY, items.length)
    for (const item of items) this.#bytes(TEXT_ENCODER.encode(item))
  }

  #structBody(writeFields: () => void): void {
    const outerFieldId = this.#lastFieldId
    this.#lastFieldId = 0
    writeFields()
    this.#byte(0)
    this.#lastFieldId = outerFieldId
  }

  #field(id: number, type: ThriftType): void {
    const delta = id - this.#lastFieldId
    this.#lastFieldId = id
    if (delta > 0 && delta <= 15) {
      this.#byte((delta << 4) | type)
    } else {
      this.#byte(type)
      this.#zigzag32(id)
    }
  }

  #list(id: number, elementType: ThriftType, size: number): void {
    this.#field(id, ThriftType.LIST)
    if (size < 15) {
      this.#byte((size << 4) | elementType)
    } else {
      this.#byte(0xf0 | elementType)
      this.#varint(size)
    }
  }

  #bytes(value: Uint8Array): void {
    this.#varint(value.length)
    this.#out.append(value)
  }

  #zigzag32(value: number): void {
    this.#varint(((value << 1) ^ (value >> 31)) >>> 0)
  }

  /** Any whole number from 0 to 2^53; bit operations would cut it at 32 bits. */
  #varint(value: number): void {
    let rest = value
    while (rest > 0x7f) {
      this.#byte((rest % 128) | 0x80)
      rest = Math.floor(rest / 128)
    }
    this.#byte(rest)
  }

  #byte(value: number): void {
    this.#out.reserve(1)
    this.#out.bytes[this.#out.length++] = value
  }
}

const MAX_I64 = 2 ** 52
const TEXT_ENCODER = new TextEncoder()
