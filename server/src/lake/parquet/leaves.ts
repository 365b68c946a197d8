import { isColumnType, type LakeField, type LakeLeaf } from '#columns/column-type.ts'

/** A field that the encoder cannot write. */
export class UnsupportedFieldError extends Error {
  override readonly name = 'UnsupportedFieldError'
}

/** One node of the table's tree, as the file's schema and the definition levels need it. */
export type FieldNode = GroupNode | LeafNode

export interface GroupNode {
  readonly kind: 'group'
  readonly field: LakeField
  readonly children: readonly FieldNode[]
  /** Leaves below this group are `leaves.slice(firstLeaf, endLeaf)` of the tree. */
  readonly firstLeaf: number
  readonly endLeaf: number
}

export interface LeafNode {
  readonly kind: 'leaf'
  readonly field: LakeField
  readonly leaf: LakeLeaf
  /** Definition level of a value: how many fields from the top down to this one are optional. */
  readonly maxLevel: number
  /** The optional groups above, outermost first, as indices into `optionalGroups` of the tree. */
  readonly optionalAncestors: readonly number[]
}

/** The fields of a table with everything that follows from their nesting. */
export interface FieldTree {
  readonly nodes: readonly FieldNode[]
  /** Depth first. */
  readonly leaves: readonly LeafNode[]
  /** Every optional struct, outer ones before those inside them. */
  readonly optionalGroups: readonly { readonly firstLeaf: number; readonly endLeaf: number }[]
}

/**
 * The primitive fields of a table, depth first: the order in which the encoder takes vectors.
 * Throws {@link UnsupportedFieldError} for lists, maps and structs without fields.
 */
export function leavesOf(fields: readonly LakeField[]): LakeLeaf[] {
  return buildFieldTree(fields).leaves.map((node) => node.leaf)
}

/** Walks the fields once. Throws {@link UnsupportedFieldError} as {@link leavesOf} does. */
export function buildFieldTree(fields: readonly LakeField[]): FieldTree {
  const tree: MutableTree = { leaves: [], optionalGroups: [] }
  const top: Place = { path: [], optionalAncestors: [] }
  const nodes = fields.map((field) => buildNode(field, top, tree))
  if (nodes.length === 0)
    throw new UnsupportedFieldError('A Parquet file needs at least one field; got none.')
  return { nodes, ...tree }
}

interface MutableTree {
  readonly leaves: LeafNode[]
  readonly optionalGroups: { firstLeaf: number; endLeaf: number }[]
}

interface Place {
  readonly path: readonly string[]
  readonly optionalAncestors: readonly number[]
}

function buildNode(field: LakeField, parent: Place, tree: MutableTree): FieldNode {
  const { type } = field
  if (type.kind === 'struct') return buildGroup(field, type.fields, parent, tree)
  if (isColumnType(type)) {
    const { id, required } = field
    const { optionalAncestors } = parent
    const leaf = { id, path: [...parent.path, field.name], required, type }
    const maxLevel = optionalAncestors.length + (required ? 0 : 1)
    const node: LeafNode = { kind: 'leaf', field, leaf, maxLevel, optionalAncestors }
    tree.leaves.push(node)
    return node
  }
  const path = [...parent.path, field.name].join('.')
  throw new UnsupportedFieldError(
    `Field ${path} is a ${type.kind}. Lists and maps can't be written to Parquet yet: map it to a string, or leave it out.`,
  )
}

function buildGroup(
  field: LakeField,
  fields: readonly LakeField[],
  parent: Place,
  tree: MutableTree,
): GroupNode {
  const path = [...parent.path, field.name]
  if (fields.length === 0) {
    throw new UnsupportedFieldError(`Struct ${path.join('.')} has no fields. Leave it out or give it one.`)
  }
  const firstLeaf = tree.leaves.length
  const range = { firstLeaf, endLeaf: firstLeaf }
  const optionalAncestors = [...parent.optionalAncestors]
  if (!field.required) optionalAncestors.push(tree.optionalGroups.push(range) - 1)
  const children = fields.map((child) => buildNode(child, { path, optionalAncestors }, tree))
  range.endLeaf = tree.leaves.length
  return { kind: 'group', field, children, firstLeaf, endLeaf: range.endLeaf }
}
