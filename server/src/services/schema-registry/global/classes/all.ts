import type { GlobalSource } from '#services/schema-registry/global/global-source.ts'
import { product } from './product.ts'

/** Classes besides those that stand one folder up. */
export const CLASSES: readonly GlobalSource[] = [product]
