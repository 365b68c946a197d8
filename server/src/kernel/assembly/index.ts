export {
  appendBytesDictionary,
  expandBytesDictionary,
  rebuildBytesTable,
  sumEntryBytes,
} from './bytes-dictionary'
export { encodeBigEndian128 } from './decimal128'
export {
  findExtremes1,
  findExtremes2,
  findExtremes4,
  findExtremesOfDoubles,
  findExtremesOfFloats,
  findPlainEnd,
  findPlainExtremes,
} from './extremes'
export {
  gatherBooleans,
  gatherPlainBytes,
  gatherSixteenBytes,
  gatherWords1,
  gatherWords2,
  gatherWords4,
  sumLengths,
} from './gather'
export {
  sumHashesOfBytes1,
  sumHashesOfDoubles,
  sumHashesOfFloats,
  sumHashesOfStrings,
  sumHashesOfWords1,
  sumHashesOfWords2,
} from './hash-sums'
export { encodeHybrid, packBooleans } from './hybrid'
export { copyBytes, fillBytes } from './memory'
export { addLevel, countLevel, unitePresence, widenLevels } from './levels'
export { appendDictionary1, appendDictionary2, appendDictionary4, rebuildTable } from './word-dictionary'
export { decodeNumerics64, decodeNumerics128 } from './wire-numerics'
export { splitRows } from './wire-rows'
export { printNumerics, printUuids } from './wire-texts'
export {
  decodeBooleans,
  decodeDates,
  decodeShorts,
  decodeTimestamps,
  decodeWords1,
  decodeWords2,
  referToValues,
} from './wire-values'
