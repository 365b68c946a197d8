import type { ColumnType } from '#columns/column-type.ts'
import type { TextCheck } from './text-check.ts'
import { type CatalogueType, shapeOfType, type TextShape } from './text-shape.ts'

/** How the wire decoder turns one value of COPY's binary format into its vector. */
export type DecoderName =
  | 'bool'
  | 'int2'
  | 'int4'
  | 'int8'
  | 'float4'
  | 'float8'
  | 'date'
  | 'timestamp'
  | 'numeric64'
  | 'numeric128'
  /** numeric -> the text that PostgreSQL prints. */
  | 'numericText'
  /** uuid -> 36 characters. */
  | 'uuidText'
  /** The bytes as they are: text, bytea. */
  | 'bytes'
  /** jsonb: the bytes after its version byte. */
  | 'jsonb'

/** What `explore` says about a column; spread it beside the column's `name`. */
export interface ExploredType {
  readonly type: 'string' | 'boolean' | 'integer' | 'double'
  readonly xdm: Readonly<Record<string, string | number>>
  readonly 'meta:xdmType'?: string | undefined
  readonly meta: { readonly originalType: string }
}

/**
 * How a column is selected whose binary form has no decoder: `printed` is what the type's output function prints, where
 * the cast to text is something else.
 */
export type ReadCast = '' | '::text' | '::numeric::text' | '::numeric[]::text' | 'printed'

/** Everything that the house knows of one PostgreSQL type. Plain data: it travels between threads. */
export interface PostgresColumnType {
  /** As PostgreSQL prints it, with modifiers: `numeric(12,2)`, `timestamp with time zone`. */
  readonly typeName: string
  readonly columnType: ColumnType
  readonly decoder: DecoderName
  /** Of the column in a select list whose binary form has no decoder; empty for all others. */
  readonly readCast: ReadCast
  /** What a literal compared with the column is cast to, without modifiers; empty: the server infers it. */
  readonly literalCast: string
  /** The column has to be compared in its text form, as its type has no `=`, or none that can be relied on. */
  readonly comparesAsText: boolean
  /** Appended to the column where a pattern is matched with it; empty for the types of text. */
  readonly patternCast: '' | '::text'
  readonly explore: ExploredType
  /** The type of the lake for a value without parts that holds every value exactly. */
  readonly landing: ColumnType
  /** How its text is taken apart, where a value has parts. */
  readonly shape?: TextShape | undefined
  /** What has to be looked at in its text before it lands as it is. */
  readonly check?: TextCheck | undefined
}

/** A type as the catalogue describes it. For a domain, `baseTypeOid` is the type at the end of the chain. */
export interface PostgresTypeFacts {
  /** `format_type(atttypid, atttypmod)`. */
  readonly typeName: string
  readonly typeOid: number
  /** -1 for none; for a domain, that of the innermost domain which has one. */
  readonly typmod: number
  readonly baseTypeOid?: number | undefined
  /** `pg_type.typcategory` of the base type; `E` is an enum. */
  readonly category?: string | undefined
  /** The database has no encoding (SQL_ASCII), so that its texts may be any bytes. */
  readonly isUnchecked?: boolean | undefined
  /** Types that the type is made of, by OID; needed for types with parts. */
  readonly types?: ReadonlyMap<number, CatalogueType> | undefined
}

/** The type table: every PostgreSQL type has an entry, since what has no decoder is read as text. */
export function describePostgresType(facts: PostgresTypeFacts): PostgresColumnType {
  const oid = facts.baseTypeOid ?? facts.typeOid
  const entry = ENTRIES.get(oid) ?? (oid === OID_NUMERIC ? numericEntry(facts.typmod) : undefined)
  const described = finish(entry ?? otherEntry(facts, oid), facts.typeName)
  const landing = landingTypeOf(oid, facts.typmod)
  const shape = shapeOfType(oid, facts.typmod, { types: facts.types ?? NO_TYPES, scalarOf: landingTypeOf })
  const check = checkOf(described, oid, facts)
  return {
    ...described,
    landing,
    ...(shape.kind === 'scalar' ? {} : { shape }),
    ...(check === undefined ? {} : { check }),
  }
}

function checkOf(
  { columnType, decoder }: Omit<PostgresColumnType, 'landing'>,
  oid: number,
  { isUnchecked, types }: PostgresTypeFacts,
): TextCheck | undefined {
  const mayBeAnything = isUnchecked === true || holdsChar(oid, types)
  if (mayBeAnything && columnType.kind === 'string' && CARRIES_BYTES.has(decoder)) return 'utf8'
  return oid === OID_JSON ? 'json' : undefined
}

/** Servers before 15 print a `"char"` as the byte that it is, whatever the encoding of the database. */
function holdsChar(oid: number, types = NO_TYPES): boolean {
  if (oid === OID_CHAR) return true
  return types.has(oid) && types.values().some((type) => innerOids(type).includes(OID_CHAR))
}

function innerOids({ elementOid, baseOid, subtypeOid, attributes }: CatalogueType): number[] {
  return [elementOid, baseOid, subtypeOid, ...attributes.map(({ typeOid }) => typeOid)]
}

/** Decoders that hand on what the server sends. */
const CARRIES_BYTES: ReadonlySet<DecoderName> = new Set(['bytes', 'jsonb'])

const NO_TYPES: ReadonlyMap<number, CatalogueType> = new Map()

/** True for numbers that no decimal of the lake is sure to hold: they land as text. */
export function isBoundlessNumber({ landing, explore }: PostgresColumnType): boolean {
  return landing.kind === 'string' && explore.type === 'double'
}

/** What holds a value without parts exactly: text unless the lake has a twin. */
function landingTypeOf(oid: number, typmod: number): ColumnType {
  if (oid === OID_TIME) return { kind: 'time' }
  if (oid === OID_NUMERIC) return numericEntry(typmod).columnType
  return ENTRIES.get(oid)?.columnType ?? STRING
}

interface Entry {
  readonly columnType: ColumnType
  readonly decoder: DecoderName
  readonly explore: Omit<ExploredType, 'meta'>
  readonly readCast?: PostgresColumnType['readCast'] | undefined
  readonly literalCast: string
  readonly comparesAsText?: boolean | undefined
  readonly isText?: boolean | undefined
}

function finish(entry: Entry, typeName: string): Omit<PostgresColumnType, 'landing'> {
  return {
    typeName,
    columnType: entry.columnType,
    decoder: entry.decoder,
    readCast: entry.readCast ?? '',
    literalCast: entry.literalCast,
    comparesAsText: entry.comparesAsText ?? false,
    patternCast: entry.isText === true ? '' : '::text',
    explore: { ...entry.explore, meta: { originalType: typeName } },
  }
}

const STRING: ColumnType = { kind: 'string' }
const EXPLORE_STRING = { type: 'string', xdm: { type: 'string' } } as const
const EXPLORE_NUMBER = { type: 'double', xdm: { type: 'number' }, 'meta:xdmType': 'number' } as const
const EXPLORE_TIME = {
  type: 'string',
  xdm: { type: 'string', format: 'date-time' },
  'meta:xdmType': 'date-time',
} as const

function exploreInteger(minimum: number, maximum: number, xdmType: string): Entry['explore'] {
  return { type: 'integer', xdm: { type: 'integer', minimum, maximum }, 'meta:xdmType': xdmType }
}

function textEntry(literalCast: string): Entry {
  return { columnType: STRING, decoder: 'bytes', explore: EXPLORE_STRING, literalCast }
}

const TEXT: Entry = { ...textEntry('text'), isText: true }
const AS_TEXT: Entry = { ...textEntry('text'), readCast: '::text', comparesAsText: true }
/** Read as text, but compared by its own operators with a literal of its own type. */
const OF_ITS_OWN: Entry = { ...AS_TEXT, literalCast: '', comparesAsText: false }
/** citext and other types of text that are not PostgreSQL's own: they bring their `like`, too. */
const OTHER_TEXT: Entry = { ...OF_ITS_OWN, isText: true }
/** An enum's binary form is its label. */
const ENUM: Entry = textEntry('')
const DOMAIN_OF_ENUM: Entry = { ...textEntry('text'), comparesAsText: true }

/** Types that are read as text but have an order of their own, in which a filter has to compare. */
const ORDERED: ReadonlyMap<number, string> = new Map([
  [26, 'oid'],
  [650, 'inet'], // cidr
  [774, 'macaddr8'],
  [829, 'macaddr'],
  [869, 'inet'],
  [1083, 'time'],
  [1186, 'interval'],
  [1266, 'timetz'],
  [1560, 'varbit'], // bit: cast to it, a literal would be cut to one bit
  [1562, 'varbit'],
])

/** Arrays without an `=`, since their elements have none: of xml, json and the geometric types; and two vectors. */
const UNCOMPARABLE_ARRAYS: ReadonlySet<number> = new Set([
  22, 30, 143, 199, 629, 719, 1017, 1018, 1019, 1020, 1027,
])
/** Types above are made by users and extensions. */
const LAST_BUILT_IN_OID = 16_383

function otherEntry(facts: PostgresTypeFacts, oid: number): Entry {
  const { category, typeOid } = facts
  if (category === 'E') return oid === typeOid ? ENUM : DOMAIN_OF_ENUM
  if (category === 'S' && oid > LAST_BUILT_IN_OID) return OTHER_TEXT
  if (oid === OID_MONEY_ARRAY) return { ...OF_ITS_OWN, readCast: '::numeric[]::text' }
  if (category === 'R' || (category === 'A' && !UNCOMPARABLE_ARRAYS.has(oid))) return OF_ITS_OWN
  const literalCast = ORDERED.get(oid)
  if (literalCast === undefined) return AS_TEXT
  const ordered = { ...AS_TEXT, literalCast, comparesAsText: false }
  return oid === OID_INET ? { ...ordered, readCast: 'printed' } : ordered
}

const OID_NUMERIC = 1700
const OID_JSON = 114
/** The type of one byte, `"char"`. */
const OID_CHAR = 18
const OID_MONEY_ARRAY = 791
/** Its cast to text shows the netmask of a single host, which its own output leaves out. */
const OID_INET = 869
const OID_TIME = 1083

/** By the fixed OIDs of pg_type.dat. numeric depends on its modifier and stands apart. */
const ENTRIES: ReadonlyMap<number, Entry> = new Map<number, Entry>([
  [
    16, // boolean
    {
      columnType: { kind: 'boolean' },
      decoder: 'bool',
      explore: { type: 'boolean', xdm: { type: 'boolean' } },
      literalCast: 'boolean',
    },
  ],
  [
    21, // smallint
    {
      columnType: { kind: 'int' },
      decoder: 'int2',
      explore: exploreInteger(-32768, 32767, 'short'),
      literalCast: 'bigint',
    },
  ],
  [
    23, // integer
    {
      columnType: { kind: 'int' },
      decoder: 'int4',
      explore: exploreInteger(-2147483648, 2147483647, 'int'),
      literalCast: 'bigint',
    },
  ],
  [
    20, // bigint
    {
      columnType: { kind: 'long' },
      decoder: 'int8',
      explore: exploreInteger(-9007199254740992, 9007199254740991, 'long'),
      literalCast: 'bigint',
    },
  ],
  [700, { columnType: { kind: 'float' }, decoder: 'float4', explore: EXPLORE_NUMBER, literalCast: 'real' }],
  [
    701,
    {
      columnType: { kind: 'double' },
      decoder: 'float8',
      explore: EXPLORE_NUMBER,
      literalCast: 'double precision',
    },
  ],
  [25, TEXT],
  [1043, TEXT], // varchar
  [1042, textEntry('bpchar')],
  [19, TEXT], // name
  [
    1082,
    {
      columnType: { kind: 'date' },
      decoder: 'date',
      explore: { type: 'string', xdm: { type: 'string', format: 'date' }, 'meta:xdmType': 'date' },
      literalCast: 'date',
    },
  ],
  [
    1114,
    {
      columnType: { kind: 'timestamp' },
      decoder: 'timestamp',
      explore: EXPLORE_TIME,
      literalCast: 'timestamp',
    },
  ],
  [
    1184,
    {
      columnType: { kind: 'timestamptz' },
      decoder: 'timestamp',
      explore: EXPLORE_TIME,
      literalCast: 'timestamptz',
    },
  ],
  [2950, { columnType: STRING, decoder: 'uuidText', explore: EXPLORE_STRING, literalCast: 'uuid' }],
  [114, { ...textEntry('text'), comparesAsText: true }], // json has no `=`
  [3802, { columnType: STRING, decoder: 'jsonb', explore: EXPLORE_STRING, literalCast: 'jsonb' }],
  [17, { columnType: { kind: 'binary' }, decoder: 'bytes', explore: EXPLORE_STRING, literalCast: 'bytea' }],
  [
    790, // money: its text depends on the server's lc_monetary, its numeric doesn't
    {
      columnType: STRING,
      decoder: 'bytes',
      explore: EXPLORE_NUMBER,
      readCast: '::numeric::text',
      literalCast: 'numeric::money',
    },
  ],
])

/** Digits that a `decimal` of the lake holds. */
const MAX_PRECISION = 38
/** Precision that still fits 64 bits, see `vectorKindOf`. */
const MAX_INT64_PRECISION = 18

function numericEntry(typmod: number): Entry {
  const decimal = decimalOfTypmod(typmod)
  const shared = { explore: EXPLORE_NUMBER, literalCast: 'numeric' }
  if (!decimal) return { columnType: STRING, decoder: 'numericText', ...shared }
  const decoder = decimal.precision <= MAX_INT64_PRECISION ? 'numeric64' : 'numeric128'
  return { columnType: { kind: 'decimal', ...decimal }, decoder, ...shared }
}

/**
 * The precision and scale that hold every value of `numeric(p,s)`; `undefined` when no decimal of the lake does.
 * Since PostgreSQL 15 the scale may be negative (multiples of a power of ten) or above the precision.
 */
function decimalOfTypmod(typmod: number): { precision: number; scale: number } | undefined {
  if (typmod < 4) return undefined
  const precision = ((typmod - 4) >> 16) & 0xffff
  const scale = (((typmod - 4) & 0x7ff) ^ 1024) - 1024
  const decimal =
    scale < 0 ? { precision: precision - scale, scale: 0 } : { precision: Math.max(precision, scale), scale }
  return decimal.precision <= MAX_PRECISION ? decimal : undefined
}
