import { CREATED_BOUNDS, type ListDialect } from './list-query.ts'

/** What each list of Catalog knows beyond what all of them do. */

export const DATASET_LISTS: ListDialect = { bounds: CREATED_BOUNDS, aliases: {}, synonyms: {} }

/** Both words for a state are in use; a filter for one means both. */
const STATUS_SYNONYMS = { success: 'active', active: 'success', failed: 'failure', failure: 'failed' }

export const BATCH_LISTS: ListDialect = {
  bounds: {
    ...CREATED_BOUNDS,
    startAfter: { property: 'started', operator: '>' },
    startBefore: { property: 'started', operator: '<' },
    endAfter: { property: 'completed', operator: '>' },
    endBefore: { property: 'completed', operator: '<' },
  },
  aliases: { dataSetId: 'dataSet', datasetId: 'dataSet', batchId: 'batch' },
  synonyms: { status: STATUS_SYNONYMS },
}

export const FILE_LISTS: ListDialect = {
  bounds: CREATED_BOUNDS,
  aliases: { dataSet: 'dataSetId', datasetId: 'dataSetId', batchId: 'batch' },
  synonyms: {},
}

export const LAST_BATCH_LISTS: ListDialect = { ...FILE_LISTS, synonyms: { lastBatchStatus: STATUS_SYNONYMS } }
