import type { Flow } from '@headwater/contract/flow-service/flows.ts'
import { Link } from '@react-spectrum/s2'
import { useQuery } from '@tanstack/react-query'
import { useParams } from '@tanstack/react-router'
import { useClient } from '../../api/client.ts'
import { code, Facts, panel } from '../../ui/facts.tsx'
import { ago, amount, count, moment, percent, short } from '../../ui/figures.ts'
import { FigureTile, Page, Section, tiles } from '../../ui/page.tsx'
import { paths } from '../../ui/paths.ts'
import { EntityState } from '../../ui/run-status.tsx'
import { scheduleWords, startOf } from '../../ui/schedule.ts'
import { Loaded } from '../../ui/states.tsx'
import { useUrlState } from '../../ui/url-state.ts'
import { useNow } from '../../ui/use-now.ts'
import { type Range, RangePicker, useIngestion } from '../monitoring/range.tsx'
import { Rate } from '../monitoring/rate.tsx'
import { RunsTable } from '../monitoring/runs-table.tsx'
import { deltaColumnOf } from './backfill-dialog.tsx'
import { FlowButtons } from './flow-actions.tsx'
import { nextOf } from './flow-table.tsx'
import { accountOf, datasetOf, relationOf, useEnds } from './use-flows.ts'

/** One flow: what it does, and its runs over time. */
export function FlowPage() {
  const { flowId = '' } = useParams({ strict: false }) as { readonly flowId?: string }
  const client = useClient()
  const flow = useQuery({
    queryKey: ['flow', flowId],
    queryFn: ({ signal }) => client.flows.get(flowId, { signal }),
  })
  return (
    <Page
      title={flow.data?.name ?? 'Dataflow'}
      badge={flow.data && <EntityState state={flow.data.state} />}
      above={[{ title: 'Dataflows', href: paths.flows }]}
      description={flow.data?.description}
      actions={flow.data && <FlowButtons flow={flow.data} />}
    >
      <Loaded query={flow} label="dataflow" heights={[140, 96, 320]}>
        {(found) => (
          <>
            <About flow={found} />
            <OverTime flowId={flowId} />
            <Section title="Runs">
              <RunsTable limit={25} flowId={flowId} />
            </Section>
          </>
        )}
      </Loaded>
    </Page>
  )
}

function About({ flow }: { readonly flow: Flow }) {
  const now = useNow()
  const { data: ends } = useEnds()
  const account = accountOf(flow)
  const dataset = datasetOf(flow, ends)
  const start = startOf(flow.scheduleParams)
  return (
    <div className={panel}>
      <Facts
        facts={[
          ['Reads', relationOf(flow, ends)],
          ['By the account', account && <Link href={paths.account(account)}>Open account</Link>],
          ['Lands in', dataset && <Link href={paths.dataset(dataset)}>Open dataset</Link>],
          ['Schedule', scheduleWords(flow.scheduleParams)],
          ['Start', start && moment(start)],
          ['Next run', nextOf(flow, now)],
          ['Delta column', deltaColumnOf(flow) ?? 'none: every run copies the whole table'],
          [
            'Rows that may be set aside',
            flow.options?.partialIngestionPercent === undefined
              ? 'none'
              : `${flow.options.partialIngestionPercent} %`,
          ],
          ['Changed', ago(flow.updatedAt, now)],
          [
            'Id',
            <span key="id" className={code}>
              {flow.id}
            </span>,
          ],
        ]}
      />
    </div>
  )
}

function OverTime({ flowId }: { readonly flowId: string }) {
  const [range, setRange] = useUrlState<Range>('range', '7d')
  const query = useIngestion(range, { flowId })
  return (
    <>
      <Section title="Over time" actions={<RangePicker range={range} setRange={setRange} />}>
        <Loaded query={query} label="figures" heights={[96, 300]}>
          {({ total }) => {
            const runs = total.succeeded + total.failed
            return (
              <dl className={tiles}>
                <FigureTile label="Runs" value={count(runs)} note={`${count(total.failed)} failed`} />
                <FigureTile
                  label="Success rate"
                  value={runs === 0 ? '–' : percent(total.succeeded / runs)}
                  note={amount(runs, 'run')}
                  tone={total.failed > 0 ? 'negative' : 'neutral'}
                />
                <FigureTile label="Received" value={short(total.received)} note={count(total.received)} />
                <FigureTile label="Ingested" value={short(total.ingested)} note={count(total.ingested)} />
                <FigureTile
                  label="Failed"
                  value={short(total.rejected)}
                  note={count(total.rejected)}
                  tone={total.rejected > 0 ? 'negative' : 'neutral'}
                />
              </dl>
            )
          }}
        </Loaded>
      </Section>
      {query.data !== undefined && <Rate data={query.data} />}
    </>
  )
}
