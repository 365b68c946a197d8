import { createHash } from 'node:crypto'
import { crc32 } from 'node:zlib'
import { fail } from '#mapping/values.ts'
import { textAt, textOr } from './arguments.ts'
import { checked, defineFunction, type MappingFunction, optional, required } from './define-function.ts'

const category = 'Hashing' as const
const params = [
  required('text', 'string', 'The text to hash'),
  checked(
    optional(
      'charset',
      'string',
      'How the text becomes bytes: UTF-8 (unless given), UTF-16, ISO-8859-1, US-ASCII',
    ),
    (charset) => encode('', charset),
  ),
]

function encode(text: string, charset: string): Buffer {
  switch (charset.toUpperCase()) {
    case 'UTF-8':
      return Buffer.from(text, 'utf8')
    case 'UTF-16':
      // Java writes the byte order mark and big-endian words.
      return Buffer.concat([Buffer.from([0xfe, 0xff]), Buffer.from(text, 'utf16le').swap16()])
    case 'ISO-8859-1':
      return encodeSingleBytes(text, 0xff)
    case 'US-ASCII':
      return encodeSingleBytes(text, 0x7f)
    default:
      return fail('The charset is not one of UTF-8, UTF-16, ISO-8859-1, US-ASCII')
  }
}

/** Characters that the charset lacks become question marks. */
function encodeSingleBytes(text: string, highest: number): Buffer {
  return Buffer.from(Array.from(text, (character) => singleByte(character, highest)))
}

function singleByte(character: string, highest: number): number {
  const code = character.codePointAt(0) ?? 0
  return code <= highest ? code : 0x3f
}

function hash(name: string, result: string): MappingFunction {
  return defineFunction({
    name,
    category,
    description: `The ${name.toUpperCase()} hash of a text.`,
    params,
    returns: 'The hash in small hexadecimal digits',
    returnType: 'string',
    example: `${name}("my text", "UTF-8")`,
    result,
    evaluate: (args) =>
      createHash(name)
        .update(encode(textAt(args, 0), textOr(args, 1, 'UTF-8')))
        .digest('hex'),
  })
}

const checksum = defineFunction({
  name: 'crc32',
  category,
  description: 'The CRC-32 checksum of a text, its lowest byte first.',
  params,
  returns: 'The checksum in eight small hexadecimal digits',
  returnType: 'string',
  example: 'crc32("my text", "UTF-8")',
  result: '8df92e80',
  evaluate: (args) => {
    const bytes = Buffer.alloc(4)
    bytes.writeUInt32LE(crc32(encode(textAt(args, 0), textOr(args, 1, 'UTF-8'))))
    return bytes.toString('hex')
  },
})

export const HASHING_FUNCTIONS: readonly MappingFunction[] = [
  hash('sha1', 'c3599c11e47719df18a2448690840c5dfcce3c80'),
  hash('sha256', '7330d2b39ca35eaf4cb95fc846c21ee6a39af698154a83a586ee270a0d372104'),
  hash(
    'sha512',
    'a3d7e45a0d9be5fd4e4b9a3b8c9c2163c21ef708bf11b4232bb21d2a8704ada2cdcd7b367dd0788a89a5c908cfe377aceb1072a7b386b7d4fd2ff68a8fd24d16',
  ),
  hash('md5', 'd3b96ce8c9fb4e9bd0198d03ba6852c7'),
  checksum,
]
