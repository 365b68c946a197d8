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
  countLevel(levels: Pointer, level: number, from: number, to: number): number
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
  rebuildBytesTable(table: Pointer, mask: number, keys: Pointer, entryCount: number): void
  rebuildTable(
    table: Pointer,
    mask: number,
    entries: Pointer,
    entryCount: number,
    wordsPerValue: number,
  ): void
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

let compiled: WebAssembly.Module | undefined

/** Opens the kernel over a memory; the module is compiled once a thread. */
export function instantiateKernel(memory: WebAssembly.Memory): KernelExports {
  compiled ??= new WebAssembly.Module(readFileSync(new URL('./kernel.wasm', import.meta.url)))
  return new WebAssembly.Instance(compiled, { env: { memory } }).exports as KernelExports
}
