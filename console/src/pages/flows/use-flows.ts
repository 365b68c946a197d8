import type { Flow } from '@headwater/contract/flow-service/flows.ts'
import { useQuery } from '@tanstack/react-query'
import { useClient } from '../../api/client.ts'

/** What reads and lands: the source and target connections of flows, by id. */
export function useEnds() {
  const client = useClient()
  return useQuery({
    queryKey: ['flows', 'ends'],
    queryFn: async ({ signal }) => {
      const [sources, targets] = await Promise.all([
        client.sourceConnections.list({ limit: 1000 }, { signal }),
        client.targetConnections.list({ limit: 1000 }, { signal }),
      ])
      return {
        relations: new Map(sources.items.map(({ id, params }) => [id, params.tableName])),
        datasets: new Map(targets.items.map(({ id, params }) => [id, params.dataSetId])),
      }
    },
  })
}

export type Ends = NonNullable<ReturnType<typeof useEnds>['data']>

export function relationOf({ sourceConnectionIds }: Flow, ends: Ends | undefined): string | undefined {
  return ends?.relations.get(sourceConnectionIds[0] ?? '')
}

export function datasetOf({ targetConnectionIds }: Flow, ends: Ends | undefined): string | undefined {
  return ends?.datasets.get(targetConnectionIds[0] ?? '')
}

/** The base connection by which a flow reads. */
export function accountOf({ inheritedAttributes }: Flow): string | undefined {
  return inheritedAttributes?.sourceConnections?.[0]?.baseConnection?.id
}
