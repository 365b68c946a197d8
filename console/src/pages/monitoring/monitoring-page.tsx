import type { Ingestion, IngestionFigures } from '@headwater/contract/monitoring/ingestion.ts'
import { Link } from '@react-spectrum/s2'
import { type Column, DataTable } from '../../ui/data-table.tsx'
import { ago, amount, count, duration, percent, short } from '../../ui/figures.ts'
import { FigureTile, Page, Section, tiles } from '../../ui/page.tsx'
import { paths } from '../../ui/paths.ts'
import { Loaded, Nothing } from '../../ui/states.tsx'
import { useUrlState } from '../../ui/url-state.ts'
import { useNow } from '../../ui/use-now.ts'
import { LiveBadge } from './live-badge.tsx'
import { type Range, RangePicker, useIngestion } from './range.tsx'
import { Rate } from './rate.tsx'
import { RunsTable } from './runs-table.tsx'

/** What has come in over time, as a whole, by source and by flow. */
export function MonitoringPage() {
  const [range, setRange] = useUrlState<Range>('range', '24h')
  const query = useIngestion(range, {})
  return (
    <Page
      title="Monitoring"
      badge={<LiveBadge />}
      description="What runs have read, landed and set aside, by the moment of their end."
      actions={<RangePicker {...{ range, setRange }} />}
    >
      <Loaded query={query} label="figures" heights={[96, 320, 180]}>
        {(data) => <Figures data={data} />}
      </Loaded>
      <Section title="Newest runs">
        <RunsTable limit={10} />
      </Section>
    </Page>
  )
}

function Figures({ data }: { readonly data: Ingestion }) {
  const { total, running, waiting } = data
  const runs = total.succeeded + total.failed
  if (runs === 0 && running + waiting === 0)
    return (
      <Nothing title="No run ended in this range">
        Choose a longer range, or <Link href={paths.flows}>run a dataflow</Link>. Figures appear here by
        themselves.
      </Nothing>
    )
  return (
    <>
      <dl className={tiles}>
        <FigureTile label="Records received" value={short(total.received)} note={count(total.received)} />
        <FigureTile
          label="Records ingested"
          value={short(total.ingested)}
          note={count(total.ingested)}
          tone="positive"
        />
        <FigureTile label="Records skipped" value={short(total.skipped)} note="left out on purpose" />
        <FigureTile
          label="Records failed"
          value={short(total.rejected)}
          note="set aside, or of failed runs"
          tone={total.rejected > 0 ? 'negative' : 'neutral'}
        />
        <FigureTile
          label="Success rate"
          value={runs === 0 ? '–' : percent(total.succeeded / runs)}
          note={`${amount(runs, 'run')}, ${count(total.failed)} failed`}
          tone={total.failed > 0 ? 'negative' : 'positive'}
        />
        <FigureTile label="Under way" value={count(running)} note={`${count(waiting)} waiting`} />
      </dl>
      <Rate data={data} />
      <BySource data={data} />
      <ByFlow data={data} />
    </>
  )
}

interface Line extends IngestionFigures {
  readonly id: string
  readonly name: string
  readonly lastRunAt: number
}

/** The columns that sources and flows have in common. */
function figureColumns<Row extends Line>(now: number): readonly Column<Row>[] {
  return [
    { key: 'runs', title: 'Runs', isFigure: true, cell: (row) => count(row.succeeded + row.failed) },
    {
      key: 'rate',
      title: 'Success',
      isFigure: true,
      cell: (row) => percent(row.succeeded / Math.max(1, row.succeeded + row.failed)),
    },
    { key: 'received', title: 'Received', isFigure: true, cell: (row) => count(row.received) },
    { key: 'ingested', title: 'Ingested', isFigure: true, cell: (row) => count(row.ingested) },
    { key: 'skipped', title: 'Skipped', isFigure: true, cell: (row) => count(row.skipped) },
    { key: 'rejected', title: 'Failed', isFigure: true, cell: (row) => count(row.rejected) },
    {
      key: 'pace',
      title: 'Records/s',
      isFigure: true,
      cell: (row) => (row.busyMs === 0 ? '–' : short((row.received * 1000) / row.busyMs)),
    },
    { key: 'busy', title: 'Busy', isFigure: true, cell: (row) => duration(row.busyMs) },
    { key: 'last', title: 'Last run', isFigure: true, cell: (row) => ago(row.lastRunAt, now) },
  ]
}

function BySource({ data }: { readonly data: Ingestion }) {
  const now = useNow()
  if (data.sources.length === 0) return null
  return (
    <Section title="By source" note={amount(data.sources.length, 'account')}>
      <DataTable
        label="Figures by source"
        rows={data.sources}
        keyOf={({ id }) => id}
        columns={[
          {
            key: 'name',
            title: 'Account',
            cell: ({ id, name }) => <Link href={paths.account(id)}>{name}</Link>,
          },
          ...figureColumns<Line>(now),
        ]}
      />
    </Section>
  )
}

function ByFlow({ data }: { readonly data: Ingestion }) {
  const now = useNow()
  if (data.flows.length === 0) return null
  return (
    <Section title="By dataflow" note={amount(data.flows.length, 'dataflow')}>
      <DataTable
        label="Figures by dataflow"
        rows={data.flows}
        keyOf={({ id }) => id}
        columns={[
          {
            key: 'name',
            title: 'Dataflow',
            cell: ({ id, name, connectionId }) =>
              connectionId === undefined ? name : <Link href={paths.flow(id)}>{name}</Link>,
          },
          ...figureColumns<(typeof data.flows)[number]>(now),
        ]}
      />
    </Section>
  )
}
