import type { Reference } from '@headwater/contract/flow-service/entities.ts'
import type {
  SourceConnection,
  SourceConnectionBody,
  SourceConnectionDraft,
} from '@headwater/contract/flow-service/source-connections.ts'
import type {
  TargetConnection,
  TargetConnectionBody,
  TargetConnectionDraft,
} from '@headwater/contract/flow-service/target-connections.ts'
import type { Transport } from '../transport.ts'
import { FLOW_SERVICE } from './collection.ts'
import { type ActionOptions, Entities } from './entities.ts'

/** What source connections and target connections share. */
abstract class Connected<Item, Body, Draft> extends Entities<Item, Body, Draft, 'publish'> {
  /** Makes a draft a connection. */
  async publish(id: string, options: ActionOptions = {}): Promise<Reference> {
    return await this.act(id, 'publish', options)
  }
}

/** Source connections: what a flow reads. */
export class SourceConnections extends Connected<
  SourceConnection,
  SourceConnectionBody,
  SourceConnectionDraft
> {
  constructor(transport: Transport) {
    super(transport, `${FLOW_SERVICE}/sourceConnections`)
  }
}

/** Target connections: where a flow lands what it read. */
export class TargetConnections extends Connected<
  TargetConnection,
  TargetConnectionBody,
  TargetConnectionDraft
> {
  constructor(transport: Transport) {
    super(transport, `${FLOW_SERVICE}/targetConnections`)
  }
}
