import type { OutputLog } from './batch-log.ts'
import { type CompileScope, compileExpression } from './compile-expression.ts'
import { TreeCompiler } from './convert-tree.ts'
import type { Evaluate } from './evaluate.ts'
import type { OutputColumn, TreePart } from './mapping-plan.ts'
import { formatPath } from './paths.ts'
import { placeIdentity, placeValue } from './place-value.ts'
import type { Produce } from './produce-values.ts'
import { pathOf } from './read-entries.ts'
import { EvaluationFailure, type Value } from './values.ts'
import { vectorOfValues } from './write-nested.ts'

/** Puts the parts of a list or map together row by row, converts the whole, and makes a vector of all rows. */
export function treeProducer(
  output: OutputColumn,
  parts: readonly TreePart[],
  scope: CompileScope,
): { readonly produce: Produce; readonly logs: readonly OutputLog[] } {
  const { leaf, rules } = output
  const path = formatPath(leaf.path)
  const compiler = new TreeCompiler(parts, output)
  const convert = compiler.compile(leaf.type, rules, path)
  const placers = parts.map((part) => compilePart(part, output, { scope, compiler }))
  const produce: Produce = ({ rowCount }) => {
    const rows = Array.from({ length: rowCount }, (_, row) => {
      let value: Value = null
      for (const place of placers) value = place(value, row)
      return convert(value, row)
    })
    return vectorOfValues(leaf.type, rows)
  }
  return { produce, logs: compiler.logs }
}

type PlacePart = (into: Value, row: number) => Value

function compilePart(
  part: TreePart,
  { leaf }: OutputColumn,
  { scope, compiler }: { readonly scope: CompileScope; readonly compiler: TreeCompiler },
): PlacePart {
  const { steps, identity } = part
  const { evaluate } = compileExpression(part.expression, scope)
  const log = compiler.logAt(pathOf({ path: leaf.path, steps }), leaf.type, steps)
  const place = (into: Value, value: Value) =>
    identity === undefined ? placeValue(into, steps, value) : placeIdentity(into, identity, value)
  return (into, row) => {
    try {
      return place(into, evaluateOr(evaluate, row, log))
    } catch (error) {
      return failed(error, row, log) ?? into
    }
  }
}

/** The place of an expression without a value is empty. */
function evaluateOr(evaluate: Evaluate, row: number, log: OutputLog): Value {
  try {
    return evaluate(row)
  } catch (error) {
    return failed(error, row, log)
  }
}

function failed(error: unknown, row: number, log: OutputLog): Value {
  if (!(error instanceof EvaluationFailure)) throw error
  return log.failure(row, error)
}
