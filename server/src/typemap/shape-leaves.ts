import type { ColumnType } from '#columns/column-type.ts'
import type { TextShape } from './text-shape.ts'

/** The plain values that a value with parts is made of, by where they stand in it: `street`, `[].name`. */
export function shapeLeaves(shape: TextShape): ReadonlyMap<string, ColumnType> {
  const leaves = new Map<string, ColumnType>()
  collect(shape, '', leaves)
  return leaves
}

function collect(shape: TextShape, path: string, leaves: Map<string, ColumnType>): void {
  switch (shape.kind) {
    case 'scalar':
      leaves.set(path, shape.type)
      return
    case 'array':
      collect(shape.element, `${path}[]`, leaves)
      return
    case 'range':
    case 'multirange':
      collect(shape.bound, `${path}${shape.kind === 'range' ? '' : '[]'}.bounds`, leaves)
      return
    case 'composite':
      for (const { name, shape: inner } of shape.fields) collect(inner, `${path}.${name}`, leaves)
      return
    case 'hstore':
    case 'interval':
    case 'vector':
      leaves.set(`${path}.${shape.kind}`, { kind: 'string' })
  }
}
