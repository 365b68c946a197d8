import type { PatchInstruction } from '@headwater/contract/flow-service/changes.ts'
import type { Reference } from '@headwater/contract/flow-service/entities.ts'
import type {
  Delivery,
  DeliveryReference,
  DeliveryWithBody,
  Subscription,
  SubscriptionBody,
  SubscriptionReference,
  WebhookTest,
} from '@headwater/contract/flow-service/subscriptions.ts'
import { itemsOf, type ListQuery, listParameters, type Page } from '../pages.ts'
import type { CallOptions, Transport } from '../transport.ts'
import { Collection, FLOW_SERVICE, segment } from './collection.ts'
import type { ActionOptions, ChangeOptions } from './entities.ts'

/** Webhooks: who is told what becomes of runs, and what was sent. */
export class Subscriptions extends Collection<Subscription> {
  constructor(transport: Transport) {
    super(transport, `${FLOW_SERVICE}/subscriptions`)
  }

  /** Subscribes a receiver. A signing secret that the server makes is in this answer and nowhere else. */
  async create(body: SubscriptionBody, options: CallOptions = {}): Promise<SubscriptionReference> {
    const call = { ...options, method: 'POST', path: this.path, body } as const
    return (await this.transport.call(call)) as SubscriptionReference
  }

  /** Changes one, or replaces its secret. */
  async patch(
    id: string,
    etag: string,
    operations: readonly PatchInstruction[],
    options: CallOptions = {},
  ): Promise<SubscriptionReference> {
    const path = `${this.path}/${segment(id)}`
    const call = { ...options, method: 'PATCH', path, ifMatch: etag, body: operations } as const
    return (await this.transport.call(call)) as SubscriptionReference
  }

  async delete(id: string, options: ChangeOptions = {}): Promise<void> {
    await this.transport.call({ ...options, method: 'DELETE', path: `${this.path}/${segment(id)}` })
  }

  async enable(id: string, options: ActionOptions = {}): Promise<Reference> {
    return (await this.#act(id, 'enable', options)) as Reference
  }

  async disable(id: string, options: ActionOptions = {}): Promise<Reference> {
    return (await this.#act(id, 'disable', options)) as Reference
  }

  /** Sends a signed event now. A receiver that fails is an answer and no error. */
  async test(id: string, options: ActionOptions = {}): Promise<WebhookTest> {
    return (await this.#act(id, 'test', options)) as WebhookTest
  }

  /** A page of what is, or was, to be sent. */
  async listDeliveries(
    id: string,
    query: ListQuery = {},
    options: CallOptions = {},
  ): Promise<Page<Delivery>> {
    return (await this.read(`/${segment(id)}/deliveries`, listParameters(query), options)) as Page<Delivery>
  }

  /** All of it, page after page. */
  deliveries(
    id: string,
    query: ListQuery = {},
    options: CallOptions = {},
  ): AsyncGenerator<Delivery, void, undefined> {
    return itemsOf((token) =>
      this.listDeliveries(id, token === undefined ? query : { continuationToken: token }, options),
    )
  }

  /** One delivery with what is sent. */
  async getDelivery(id: string, deliveryId: string, options: CallOptions = {}): Promise<DeliveryWithBody> {
    const path = `/${segment(id)}/deliveries/${segment(deliveryId)}`
    return ((await this.read(path, undefined, options)) as Page<DeliveryWithBody>)
      .items[0] as DeliveryWithBody
  }

  /** Has a delivery sent again, now. */
  async redeliver(id: string, deliveryId: string, options: CallOptions = {}): Promise<DeliveryReference> {
    const path = `${this.path}/${segment(id)}/deliveries/${segment(deliveryId)}/action`
    const call = { ...options, method: 'POST', path, query: { op: 'redeliver' } } as const
    return (await this.transport.call(call)) as DeliveryReference
  }

  async #act(id: string, action: string, options: ActionOptions): Promise<unknown> {
    const path = `${this.path}/${segment(id)}/action`
    return await this.transport.call({ ...options, method: 'POST', path, query: { op: action } })
  }
}
