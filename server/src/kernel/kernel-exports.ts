import { readFileSync } from 'node:fs'

/** Where something lies in the memory, in bytes. */
type Pointer = number

/** What `assembly/` exports. A pointer of 0 to a validity stands for a column without NULLs. */
export interface KernelExports {
  addLevel(levels: Pointer, at: number, present: Pointer, from: number, to: number): void
  appendBytesDictionary(
    table: Pointer,
    mask: number,
    keys: Pointer,
    data: Pointer,
    state: Pointer,
    heap: Pointer,
    offsets: Pointer,
    lengths: Pointer,
    validity: Pointer,
    from: number,
    to: number,
    indices: Pointer,
    at: number,
  ): number
  appendDictionary1: AppendDictionary
  appendDictionary2: AppendDictionary
  appendDictionary4: AppendDictionary
  copyBytes(target: Pointer, source: Pointer, length: number): void
  countLevel(levels: Pointer, level: number, from: number, to: number): number
  decodeBooleans: DecodeValues
  decodeDates: DecodeValues
  decodeNumerics64: DecodeNumerics
  decodeNumerics128: DecodeNumerics
  decodeShorts: DecodeValues
  decodeTimestamps: DecodeValues
  decodeWords1: DecodeValues
  decodeWords2: DecodeValues
  encodeBigEndian128(
    words: Pointer,
    from: number,
    to: number,
    width: number,
    target: Pointer,
    at: number,
  ): number
  encodeHybrid(
    values: Pointer,
    from: number,
    to: number,
    bitWidth: number,
    target: Pointer,
    at: number,
  ): number
  expandBytesDictionary(
    keys: Pointer,
    data: Pointer,
    indices: Pointer,
    count: number,
    target: Pointer,
  ): number
  fillBytes(target: Pointer, byte: number, length: number): void
  findExtremes1(values: Pointer, count: number, result: Pointer): void
  findExtremes2(values: Pointer, count: number, result: Pointer): void
  findExtremes4(values: Pointer, count: number, result: Pointer): void
  findExtremesOfDoubles(values: Pointer, count: number, result: Pointer): number
  findExtremesOfFloats(values: Pointer, count: number, result: Pointer): number
  findPlainEnd(plain: Pointer, start: number, maxValues: number, maxBytes: number, result: Pointer): number
  findPlainExtremes(plain: Pointer, count: number, result: Pointer): void
  gatherBooleans: Gather
  gatherPlainBytes(
    heap: Pointer,
    offsets: Pointer,
    lengths: Pointer,
    validity: Pointer,
    from: number,
    to: number,
    target: Pointer,
    at: number,
  ): number
  gatherSixteenBytes(
    heap: Pointer,
    offsets: Pointer,
    validity: Pointer,
    from: number,
    to: number,
    target: Pointer,
    at: number,
  ): number
  gatherWords1(
    source: Pointer,
    stride: number,
    validity: Pointer,
    from: number,
    to: number,
    target: Pointer,
    at: number,
  ): number
  gatherWords2: Gather
  gatherWords4: Gather
  packBooleans(values: Pointer, from: number, to: number, target: Pointer, at: number): number
  printNumerics: PrintValues
  printUuids: PrintValues
  rebuildBytesTable(table: Pointer, mask: number, keys: Pointer, entryCount: number): void
  rebuildTable(
    table: Pointer,
    mask: number,
    entries: Pointer,
    entryCount: number,
    wordsPerValue: number,
  ): void
  referToValues(
    heap: Pointer,
    starts: Pointer,
    from: number,
    to: number,
    offsets: Pointer,
    lengths: Pointer,
    skip: number,
    validity: Pointer,
  ): number
  splitRows(
    heap: Pointer,
    fill: number,
    starts: Pointer,
    stride: number,
    slotRows: number,
    columnCount: number,
    prints: Pointer,
    heapBytes: number,
    firstRow: number,
    state: Pointer,
  ): number
  sumEntryBytes(keys: Pointer, indices: Pointer, count: number): number
  sumHashesOfBytes1: SumHashes
  sumHashesOfDoubles: SumHashes
  sumHashesOfFloats: SumHashes
  sumHashesOfStrings(
    heap: Pointer,
    offsets: Pointer,
    lengths: Pointer,
    validity: Pointer,
    count: number,
    sum: Pointer,
  ): void
  sumHashesOfWords1(values: Pointer, stride: number, validity: Pointer, count: number, sum: Pointer): void
  sumHashesOfWords2: SumHashes
  sumLengths(lengths: Pointer, validity: Pointer, from: number, to: number): number
  unitePresence(present: Pointer, validity: Pointer, rowCount: number): void
  widenLevels(levels: Pointer, from: number, to: number, target: Pointer): void
}

type AppendDictionary = (
  table: Pointer,
  mask: number,
  entries: Pointer,
  entryCount: number,
  source: Pointer,
  from: number,
  to: number,
  indices: Pointer,
) => number

type Gather = (
  source: Pointer,
  validity: Pointer,
  from: number,
  to: number,
  target: Pointer,
  at: number,
) => number

type SumHashes = (values: Pointer, validity: Pointer, count: number, sum: Pointer) => void

/** Returns the number of NULLs; -1 where a value is malformed. */
export type DecodeValues = (
  heap: Pointer,
  starts: Pointer,
  from: number,
  to: number,
  values: Pointer,
  validity: Pointer,
) => number

type DecodeNumerics = (
  heap: Pointer,
  starts: Pointer,
  from: number,
  to: number,
  scale: number,
  values: Pointer,
  validity: Pointer,
) => number

export type PrintValues = (
  heap: Pointer,
  starts: Pointer,
  from: number,
  to: number,
  offsets: Pointer,
  lengths: Pointer,
  validity: Pointer,
  state: Pointer,
) => number

let compiled: WebAssembly.Module | undefined

/** Opens the kernel over a memory; the module is compiled once a thread. */
export function instantiateKernel(memory: WebAssembly.Memory): KernelExports {
  compiled ??= new WebAssembly.Module(readFileSync(new URL('./kernel.wasm', import.meta.url)))
  return new WebAssembly.Instance(compiled, { env: { memory } }).exports as KernelExports
}
