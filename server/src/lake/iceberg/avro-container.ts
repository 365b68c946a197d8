import { randomBytes } from 'node:crypto'
import { deflateRawSync, inflateRawSync } from 'node:zlib'
import avro from 'avsc'

/** A container file that can't be read. */
export class AvroContainerError extends Error {
  override readonly name = 'AvroContainerError'
}

/** What a container file holds. */
export interface AvroContainer {
  /** Texts of the header, without Avro's own. */
  readonly metadata: Readonly<Record<string, string>>
  readonly records: readonly unknown[]
}

/** Avro's JSON schemas, with the attributes that Iceberg adds (`field-id`, `element-id`). */
export type AvroSchema = string | readonly AvroSchema[] | { readonly [attribute: string]: unknown }

/** `long` as BigInt, so that all 64 bits live. */
const LONG_TYPE = avro.types.LongType.__with({
  fromBuffer: (buffer: Buffer) => buffer.readBigInt64LE(),
  toBuffer: (value: bigint) => {
    const buffer = Buffer.alloc(8)
    buffer.writeBigInt64LE(value)
    return buffer
  },
  fromJSON: BigInt,
  toJSON: String,
  isValid: (value: unknown) => typeof value === 'bigint',
  compare: (a: bigint, b: bigint) => (a === b ? 0 : a < b ? -1 : 1),
})

const MAGIC = Buffer.from('Obj\u0001', 'latin1')
const SYNC_BYTES = 16
const HEADER_TYPE = avro.Type.forSchema({
  type: 'record',
  name: 'Header',
  fields: [
    { name: 'magic', type: { type: 'fixed', name: 'Magic', size: 4 } },
    { name: 'meta', type: { type: 'map', values: 'bytes' } },
    { name: 'sync', type: { type: 'fixed', name: 'Sync', size: SYNC_BYTES } },
  ],
})
/** To make a type generates code, while all manifests of one writer have the same few. */
const TYPES = new Map<string, avro.Type>()
const MAX_TYPES = 64
const COUNT_TYPE = avro.Type.forSchema('long')
const RECORDS_PER_BLOCK = 1000

/**
 * Writes records as a container file (deflate). The header carries `schema` as given: avsc itself would drop the
 * attributes that Iceberg needs. `long` values are BigInt.
 */
export function encodeAvroContainer(
  schema: AvroSchema,
  metadata: Readonly<Record<string, string>>,
  records: readonly unknown[],
): Buffer {
  const schemaText = JSON.stringify(schema)
  const type = typeOf(schemaText)
  const sync = randomBytes(SYNC_BYTES)
  const meta = { ...metadata, 'avro.schema': schemaText, 'avro.codec': 'deflate' }
  const texts = Object.entries(meta).map(([key, text]) => [key, Buffer.from(text)] as const)
  const parts = [HEADER_TYPE.toBuffer({ magic: MAGIC, meta: Object.fromEntries(texts), sync })]
  for (let at = 0; at < records.length; at += RECORDS_PER_BLOCK) {
    const block = records.slice(at, at + RECORDS_PER_BLOCK)
    const bytes = deflateRawSync(Buffer.concat(block.map((record) => type.toBuffer(record))))
    parts.push(COUNT_TYPE.toBuffer(block.length), COUNT_TYPE.toBuffer(bytes.length), bytes, sync)
  }
  return Buffer.concat(parts)
}

/** Reads a container file by the schema in its header (codecs null and deflate). Throws AvroContainerError. */
export function decodeAvroContainer(file: Uint8Array): AvroContainer {
  const bytes = Buffer.from(file.buffer, file.byteOffset, file.byteLength)
  if (!bytes.subarray(0, MAGIC.length).equals(MAGIC)) {
    throw new AvroContainerError('not an Avro container file: it has another start')
  }
  const { value: header, offset } = HEADER_TYPE.decode(bytes, 0)
  const { meta, sync } = header as { meta: Record<string, Buffer>; sync: Buffer }
  const {
    'avro.schema': schema,
    'avro.codec': codec = 'null',
    ...texts
  } = Object.fromEntries(Object.entries(meta).map(([key, text]) => [key, text.toString()]))
  if (schema === undefined || (codec !== 'null' && codec !== 'deflate')) {
    throw new AvroContainerError(
      schema === undefined ? 'no schema in the header' : `unknown codec '${codec}'`,
    )
  }
  const type = typeOf(schema)
  const blocks = readBlocks(bytes, offset, sync, codec === 'deflate')
  return { metadata: texts, records: blocks.flatMap(({ count, body }) => decodeRecords(type, count, body)) }
}

interface Block {
  readonly count: number
  readonly body: Buffer
}

function readBlocks(bytes: Buffer, start: number, sync: Buffer, isDeflated: boolean): Block[] {
  const blocks: Block[] = []
  for (let at = start; at < bytes.length; ) {
    const { value: count, offset: afterCount } = COUNT_TYPE.decode(bytes, at)
    const { value: size, offset: bodyStart } = COUNT_TYPE.decode(bytes, afterCount)
    const bodyEnd = bodyStart + size
    at = bodyEnd + SYNC_BYTES
    if (!(afterCount > 0 && bodyStart > 0) || !bytes.subarray(bodyEnd, at).equals(sync)) {
      throw new AvroContainerError('a block does not end where it should: the file is cut or damaged')
    }
    const body = bytes.subarray(bodyStart, bodyEnd)
    blocks.push({ count, body: isDeflated ? inflateRawSync(body) : body })
  }
  return blocks
}

function decodeRecords(type: avro.Type, count: number, body: Buffer): unknown[] {
  const records: unknown[] = []
  let at = 0
  for (let index = 0; index < count; index++) {
    const { value, offset } = type.decode(body, at)
    if (offset < 0) {
      throw new AvroContainerError('a block holds fewer records than it says')
    }
    records.push(value)
    at = offset
  }
  return records
}

/** A union of null and one type is that type or null, not an object that names the branch. */
function typeOf(schemaText: string): avro.Type {
  const known = TYPES.get(schemaText)
  if (known !== undefined) return known
  const type = avro.Type.forSchema(JSON.parse(schemaText) as avro.Schema, {
    registry: { long: LONG_TYPE },
    omitRecordMethods: true,
    wrapUnions: false,
  })
  if (TYPES.size === MAX_TYPES) TYPES.clear()
  TYPES.set(schemaText, type)
  return type
}
