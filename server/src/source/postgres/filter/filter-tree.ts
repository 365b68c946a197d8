/** A filter in PQL's JSON form, as the parser of the text form makes it. What clients send is checked first. */
export type FilterNode = FnApply | FieldLookup | FilterValue

export interface FnApply {
  readonly nodeType: 'fnApply'
  readonly fnName: string
  readonly params: readonly FilterNode[]
}

export interface FieldLookup {
  readonly nodeType: 'fieldLookup'
  readonly fieldName: string
}

export type Scalar = string | number | boolean

export interface FilterValue {
  readonly nodeType: 'literal'
  /** With a number as text in `value`, whose digits no JavaScript number keeps. */
  readonly literalType?: 'Integer' | 'Double'
  readonly value: Scalar | readonly Scalar[]
}

export function fnApply(fnName: string, ...params: readonly FilterNode[]): FnApply {
  return { nodeType: 'fnApply', fnName, params }
}

export function fieldLookup(fieldName: string): FieldLookup {
  return { nodeType: 'fieldLookup', fieldName }
}

export function filterValue(value: FilterValue['value']): FilterValue {
  return { nodeType: 'literal', value }
}
