import * as contract from '@headwater/contract/data-prep/mapping-sets.ts'
import { SuggestionBody, SuggestionResponse } from '@headwater/contract/data-prep/suggestions.ts'
import {
  PREVIEW_EXAMPLES,
  PreviewBody,
  PreviewResponse,
  ValidationResponse,
} from '@headwater/contract/data-prep/trials.ts'
import type { FastifyInstance } from 'fastify'
import type { JsonObject } from '#kit/json.ts'
import { type PreviewDependencies, previewMappingSet } from './preview-mapping-set.ts'
import { DATA_PREP_ERRORS } from './problems.ts'
import { suggestMappings } from './suggest-mappings.ts'
import { validateMappingSet } from './validate-mapping-set.ts'

const tags = ['Data Prep']
const { MappingsInvalid, MappingSetNotFound, MappingSourceNotFound } = DATA_PREP_ERRORS

/** What a mapping set would do, and what it might be. Nothing is stored. */
export function serveTrials(service: FastifyInstance, dependencies: PreviewDependencies): void {
  service.post('/mappingSets/validate', {
    schema: {
      tags,
      operationId: 'validateMappingSet',
      permission: 'View Sources',
      summary: 'Check a mapping set without storing it',
      body: contract.MappingSetBody,
      response: { 200: ValidationResponse },
    },
    handler: async ({ scope, body }) => validateMappingSet(dependencies.findSchema, scope, body),
  })
  service.post<{ Body: JsonObject }>('/mappingSets/preview', {
    schema: {
      tags,
      operationId: 'previewMappingSet',
      permission: 'View Sources',
      errors: [MappingsInvalid, MappingSetNotFound, MappingSourceNotFound],
      summary: 'Map the rows of the request, or some rows of a source',
      body: PreviewBody,
      bodyExamples: PREVIEW_EXAMPLES,
      response: { 200: PreviewResponse },
    },
    handler: async ({ scope, body, signal }) => previewMappingSet(dependencies, scope, { body, signal }),
  })
  service.post<{ Body: JsonObject }>('/mappingSets/suggestion', {
    schema: {
      tags,
      operationId: 'suggestMappings',
      permission: 'View Sources',
      errors: [MappingSourceNotFound],
      summary: 'Find fields for the columns of a source by name and type',
      body: SuggestionBody,
      response: { 200: SuggestionResponse },
    },
    handler: async ({ scope, body, signal }) => suggestMappings(dependencies, scope, { body, signal }),
  })
}
