import type { JsonObject } from '#kit/json.ts'
import { project } from '#services/flow-service/entities/entity-reader.ts'
import { matchesAll } from '#services/flow-service/lists/match-filter.ts'
import { type FilterableFields, parsePropertyFilter } from '#services/flow-service/lists/property-filter.ts'
import { notFound } from '#services/flow-service/problems.ts'

/** A collection of specs, built-in ones first: all of it fits one page. */
export interface SpecCollection {
  readonly name: 'connectionSpecs' | 'flowSpecs'
  readonly specs: readonly object[]
  readonly filterable: FilterableFields
}

/** The specs that meet the filter, in one page. */
export function listSpecs({ specs, filterable }: SpecCollection, property: readonly string[]): JsonObject {
  const { conditions, projection } = parsePropertyFilter(property, filterable)
  const found = specs.filter((spec) => matchesAll(spec, conditions))
  return { items: found.map((spec) => project(spec as JsonObject, projection)), _links: {} }
}

/** One spec. @throws {FlowProblem} 1439 */
export function getSpec({ name, specs }: SpecCollection, id: string): JsonObject {
  const spec = specs.find((candidate) => (candidate as { readonly id: string }).id === id.toLowerCase())
  if (spec === undefined) throw notFound(name, id)
  return spec as JsonObject
}
