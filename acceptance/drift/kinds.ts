import { COLUMN_KINDS } from './column-kinds.ts'
import type { DriftKind } from './kind.ts'
import { RELATION_KINDS } from './relation-kinds.ts'
import { STORAGE_KINDS } from './storage-kinds.ts'
import { TYPE_KINDS } from './type-kinds.ts'

/** All kinds of changes, with the default policy: what matters stops the run, the rest is told. */
export const KINDS: readonly DriftKind[] = [
  ...COLUMN_KINDS,
  ...TYPE_KINDS,
  ...RELATION_KINDS,
  ...STORAGE_KINDS,
]
