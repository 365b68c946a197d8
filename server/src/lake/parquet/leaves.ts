import { isColumnType, type LakeColumn, type LakeField, type LakeLeaf } from '#columns/column-type.ts'
import { buildNested, type NestedLeaf, type NestedNode } from './nested-fields.ts'
import { UnsupportedFieldError } from './unsupported-field-error.ts'

/** One node of the table's tree, as the file's schema and the definition levels need it. */
export type FieldNode = GroupNode | LeafNode | CollectionNode

/** A node that takes a vector. */
export type ColumnNode = LeafNode | CollectionNode

export interface GroupNode {
  readonly kind: 'group'
  readonly field: LakeField
  readonly children: readonly FieldNode[]
}

export interface LeafNode {
  readonly kind: 'leaf'
  readonly field: LakeField
  readonly column: LakeLeaf
  /** Definition level of a value: how many fields from the top down to this one are optional. */
  readonly maxLevel: number
  /** The optional groups above, outermost first, as indices into `optionalGroups` of the tree. */
  readonly optionalAncestors: readonly number[]
}

/** A list or map outside of any other. */
export interface CollectionNode {
  readonly kind: 'collection'
  readonly field: LakeField
  readonly column: LakeColumn
  readonly optionalAncestors: readonly number[]
  readonly root: NestedNode
  /** Everything in it that has values, depth first: a column of the file each. */
  readonly leaves: readonly NestedLeaf[]
}

/** The fields of a table with everything that follows from their nesting. */
export interface FieldTree {
  readonly nodes: readonly FieldNode[]
  /** What takes a vector, depth first. */
  readonly columns: readonly ColumnNode[]
  /** Every optional struct that is in no list or map, outer ones before those inside them. */
  readonly optionalGroups: readonly ColumnRange[]
}

/** Columns of the tree from `firstColumn` to before `endColumn`. */
export interface ColumnRange {
  readonly firstColumn: number
  readonly endColumn: number
}

/**
 * The fields of a table that travel as vectors, depth first: the order in which the encoder takes them.
 * Throws {@link UnsupportedFieldError} for structs without fields.
 */
export function columnsOf(fields: readonly LakeField[]): LakeColumn[] {
  return buildFieldTree(fields).columns.map((node) => node.column)
}

/** Walks the fields once. Throws {@link UnsupportedFieldError} as {@link columnsOf} does. */
export function buildFieldTree(fields: readonly LakeField[]): FieldTree {
  const tree: MutableTree = { columns: [], optionalGroups: [] }
  const top: Place = { path: [], optionalAncestors: [] }
  const nodes = fields.map((field) => buildNode(field, top, tree))
  if (nodes.length === 0)
    throw new UnsupportedFieldError('A Parquet file needs at least one field; got none.')
  return { nodes, ...tree }
}

interface MutableTree {
  readonly columns: ColumnNode[]
  readonly optionalGroups: { firstColumn: number; endColumn: number }[]
}

interface Place {
  readonly path: readonly string[]
  readonly optionalAncestors: readonly number[]
}

function buildNode(field: LakeField, parent: Place, tree: MutableTree): FieldNode {
  const { type } = field
  if (type.kind === 'struct') return buildGroup(field, type.fields, parent, tree)
  const node = isColumnType(type) ? buildLeaf(field, parent) : buildCollection(field, parent)
  tree.columns.push(node)
  return node
}

function buildLeaf(field: LakeField, { path, optionalAncestors }: Place): LeafNode {
  const column = { id: field.id, path: [...path, field.name], required: field.required, type: field.type }
  const maxLevel = optionalAncestors.length + (field.required ? 0 : 1)
  return { kind: 'leaf', field, column: column as LakeLeaf, maxLevel, optionalAncestors }
}

function buildCollection(field: LakeField, { path, optionalAncestors }: Place): CollectionNode {
  const { id, name, required } = field
  const type = field.type as LakeColumn['type']
  const { root, leaves } = buildNested(field, path, optionalAncestors.length)
  const column = { id, path: [...path, name], required, type }
  return { kind: 'collection', field, column, optionalAncestors, root, leaves }
}

function buildGroup(
  field: LakeField,
  fields: readonly LakeField[],
  parent: Place,
  tree: MutableTree,
): GroupNode {
  const path = [...parent.path, field.name]
  if (fields.length === 0) throw UnsupportedFieldError.ofEmptyStruct(path)
  const range = { firstColumn: tree.columns.length, endColumn: 0 }
  const optionalAncestors = [...parent.optionalAncestors]
  if (!field.required) optionalAncestors.push(tree.optionalGroups.push(range) - 1)
  const children = fields.map((child) => buildNode(child, { path, optionalAncestors }, tree))
  range.endColumn = tree.columns.length
  return { kind: 'group', field, children }
}
