import type {
  ExpressionValidation,
  MappingFunctions,
  MappingOperators,
} from '@headwater/contract/data-prep/language.ts'
import type {
  CreatedMappingSet,
  Mapping,
  MappingBody,
  MappingSet,
  MappingSetBody,
  MappingSetList,
  MappingSetListQuery,
  MappingSetQuery,
} from '@headwater/contract/data-prep/mapping-sets.ts'
import type { SuggestionBody, SuggestionResponse } from '@headwater/contract/data-prep/suggestions.ts'
import type {
  PreviewBody,
  PreviewResponse,
  ValidationResponse,
} from '@headwater/contract/data-prep/trials.ts'
import type { CallOptions, Query, Transport } from '../transport.ts'
import { segment } from './collection.ts'

const CONVERSION = '/data/foundation/conversion'
const SETS = `${CONVERSION}/mappingSets`

/** Mapping sets: how rows of a source become records of a schema. Each change makes a version. */
export class MappingSets {
  readonly #transport: Transport

  constructor(transport: Transport) {
    this.#transport = transport
  }

  /** A page of sets in their newest versions. */
  async list(query: MappingSetListQuery = {}, options: CallOptions = {}): Promise<MappingSetList> {
    const call = { ...options, method: 'GET', path: SETS, query: query as Query } as const
    return (await this.#transport.call(call)) as MappingSetList
  }

  /** Every set, page after page. */
  async *all(
    query: Omit<MappingSetListQuery, 'start'> = {},
    options: CallOptions = {},
  ): AsyncGenerator<MappingSet, void, undefined> {
    let start = 0
    let page: MappingSetList
    do {
      page = await this.list({ ...query, start }, options)
      yield* page.data
      start += page.data.length
    } while (page._links.next !== undefined && page.data.length > 0)
  }

  /** The newest version unless the query names another. */
  async get(id: string, query: MappingSetQuery = {}, options: CallOptions = {}): Promise<MappingSet> {
    const call = { ...options, method: 'GET', path: pathOf(id), query: query as Query } as const
    return (await this.#transport.call(call)) as MappingSet
  }

  async create(body: MappingSetBody, options: CallOptions = {}): Promise<CreatedMappingSet> {
    return (await this.#transport.call({
      ...options,
      method: 'POST',
      path: SETS,
      body,
    })) as CreatedMappingSet
  }

  /** Adds a version. */
  async update(id: string, body: MappingSetBody, options: CallOptions = {}): Promise<MappingSet> {
    const call = { ...options, method: 'PUT', path: pathOf(id), body } as const
    return (await this.#transport.call(call)) as MappingSet
  }

  /** Deletes all versions; not while a flow uses the set. */
  async delete(id: string, options: CallOptions = {}): Promise<void> {
    await this.#transport.call({ ...options, method: 'DELETE', path: pathOf(id) })
  }

  /** Whether each mapping would work; nothing is stored. */
  async validate(body: MappingSetBody, options: CallOptions = {}): Promise<ValidationResponse> {
    const call = { ...options, method: 'POST', path: `${SETS}/validate`, body } as const
    return (await this.#transport.call(call)) as ValidationResponse
  }

  /** What becomes of rows: of those sent along, or of some of a source connection or flow. */
  async preview(body: PreviewBody, options: CallOptions = {}): Promise<PreviewResponse> {
    const call = { ...options, method: 'POST', path: `${SETS}/preview`, body } as const
    return (await this.#transport.call(call)) as PreviewResponse
  }

  /** Fields for the columns of a source: a mapping set that can be made as it is. */
  async suggest(body: SuggestionBody, options: CallOptions = {}): Promise<SuggestionResponse> {
    const call = { ...options, method: 'POST', path: `${SETS}/suggestion`, body } as const
    return (await this.#transport.call(call)) as SuggestionResponse
  }

  async listMappings(
    id: string,
    query: MappingSetQuery = {},
    options: CallOptions = {},
  ): Promise<readonly Mapping[]> {
    const call = { ...options, method: 'GET', path: pathOf(id, ''), query: query as Query } as const
    return (await this.#transport.call(call)) as readonly Mapping[]
  }

  async getMapping(id: string, mappingId: string, options: CallOptions = {}): Promise<Mapping> {
    const call = { ...options, method: 'GET', path: pathOf(id, mappingId) } as const
    return (await this.#transport.call(call)) as Mapping
  }

  /** Adds a mapping, in the next version of the set. */
  async createMapping(id: string, body: MappingBody, options: CallOptions = {}): Promise<Mapping> {
    const call = { ...options, method: 'POST', path: pathOf(id, ''), body } as const
    return (await this.#transport.call(call)) as Mapping
  }

  /** Puts another mapping in the place of one, in the next version of the set. */
  async replaceMapping(
    id: string,
    mappingId: string,
    body: MappingBody,
    options: CallOptions = {},
  ): Promise<Mapping> {
    const call = { ...options, method: 'PUT', path: pathOf(id, mappingId), body } as const
    return (await this.#transport.call(call)) as Mapping
  }

  /** Takes a mapping out, in the next version of the set. */
  async deleteMapping(id: string, mappingId: string, options: CallOptions = {}): Promise<void> {
    await this.#transport.call({ ...options, method: 'DELETE', path: pathOf(id, mappingId) })
  }
}

/** Of a set, of its mappings (`''`), or of one of them. */
function pathOf(id: string, mappingId?: string): string {
  const path = `${SETS}/${segment(id)}`
  if (mappingId === undefined) return path
  return mappingId === '' ? `${path}/mappings` : `${path}/mappings/${segment(mappingId)}`
}

/** The language of expressions. */
export class MappingLanguage {
  readonly #transport: Transport

  constructor(transport: Transport) {
    this.#transport = transport
  }

  async functions(options: CallOptions = {}): Promise<MappingFunctions> {
    const path = `${CONVERSION}/languages/el/functions`
    return (await this.#transport.call({ ...options, method: 'GET', path })) as MappingFunctions
  }

  async operators(options: CallOptions = {}): Promise<MappingOperators> {
    const path = `${CONVERSION}/languages/el/operators`
    return (await this.#transport.call({ ...options, method: 'GET', path })) as MappingOperators
  }

  /** Whether an expression can be understood. */
  async validate(expression: string, options: CallOptions = {}): Promise<ExpressionValidation> {
    const path = `${CONVERSION}/languages/el/validate`
    const call = { ...options, method: 'POST', path, body: { expression } } as const
    return (await this.#transport.call(call)) as ExpressionValidation
  }
}
