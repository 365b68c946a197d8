/**
 * How a slice proves that what was read has landed. Each level has all of the one before it.
 *   none     rows read are rows written or set aside
 *   counts   DuckDB finds as many rows, and in every field as many values and NULLs
 *   digest   DuckDB finds the same values: digest, smallest and largest of every field
 *   source   PostgreSQL counts and digests the columns of the slice itself, under the same snapshot
 */
export type VerifyLevel = 'none' | 'counts' | 'digest' | 'source'

export const VERIFY_LEVELS: readonly VerifyLevel[] = ['none', 'counts', 'digest', 'source']

export const DEFAULT_VERIFY_LEVEL: VerifyLevel = 'digest'
