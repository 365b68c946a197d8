import type { FlowBody } from '@headwater/contract/flow-service/flows.ts'
import type { RunStatus } from '@headwater/contract/flow-service/run-metrics.ts'
import { expectTypeOf, test } from 'vitest'
import { HeadwaterClient } from './client.ts'

/* These are checked by the compiler: what they call is never called. */

const client = new HeadwaterClient({
  baseUrl: '',
  credentials: { clientId: 'a', orgId: 'b', token: 'c' },
})

test('what a list holds follows from what was selected', () => {
  const whole = () => client.flows.list()
  expectTypeOf<Awaited<ReturnType<typeof whole>>['items'][number]['state']>().toEqualTypeOf<
    'draft' | 'enabled' | 'disabled'
  >()
  const chosen = () => client.flows.list({ select: ['name'] })
  type Item = Awaited<ReturnType<typeof chosen>>['items'][number]
  expectTypeOf<keyof Item>().toEqualTypeOf<'id' | 'name'>()
  // @ts-expect-error Flows have no colour.
  expectTypeOf(() => client.flows.list({ select: ['colour'] })).toBeFunction()
})

test('runs tell their status and numbers by name', () => {
  const run = () => client.runs.get('1')
  type Metrics = Awaited<ReturnType<typeof run>>['metrics']
  expectTypeOf<Metrics['statusSummary']['status']>().toEqualTypeOf<RunStatus>()
  expectTypeOf<NonNullable<Metrics['recordSummary']>['outputRecordCount']>().toEqualTypeOf<
    number | undefined
  >()
})

test('a body that lacks something, or has a value of another kind, does not compile', () => {
  const body = {
    name: 'Orders',
    flowSpec: { id: '1' },
    sourceConnectionIds: ['2'],
    targetConnectionIds: ['3'],
    transformations: [{ name: 'Copy', params: { deltaColumn: 'updated_at' } }],
    scheduleParams: { startTime: 1, frequency: 'hour', interval: '1' },
  } satisfies FlowBody
  expectTypeOf(body).toExtend<FlowBody>()
  const { flowSpec: _, ...incomplete } = body
  // @ts-expect-error A flow has a spec.
  expectTypeOf(() => client.flows.create(incomplete)).toBeFunction()
  expectTypeOf(() => client.flows.createDraft({ flowSpec: { id: '1' } })).toBeFunction()
  const monthly = { ...body, scheduleParams: { startTime: 1, frequency: 'month', interval: 1 } }
  // @ts-expect-error There are no months.
  expectTypeOf(() => client.flows.create(monthly)).toBeFunction()
  // @ts-expect-error One run has no interval.
  expectTypeOf<{ startTime: 1; frequency: 'once'; interval: 1 }>().toExtend<FlowBody['scheduleParams']>()
  // @ts-expect-error Flows cannot be tested.
  expectTypeOf(() => client.flows.act('1', 'test')).toBeFunction()
  expectTypeOf(client.connections.test).returns.resolves.toHaveProperty('result')
})
