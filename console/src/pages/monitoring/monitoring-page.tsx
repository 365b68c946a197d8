import type { Ingestion, IngestionFigures } from '@headwater/contract/monitoring/ingestion.ts'
import { Link, Picker, PickerItem, SegmentedControl, SegmentedControlItem, StatusLight } from '@react-spectrum/s2'
import { style } from '@react-spectrum/s2/style' with { type: 'macro' }
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { BarChart, type Series } from '../parts/bar-chart.tsx'
import { useClient } from '../parts/client.ts'
import { type Column, DataTable } from '../parts/data-table.tsx'
import { ago, amount, bytes, count, duration, percent, short } from '../parts/figures.ts'
import { useLive } from '../parts/live.tsx'
import { FigureTile, Page, Section, tiles } from '../parts/page.tsx'
import { paths } from '../parts/paths.ts'
import { bucketLabel, bucketName } from '../parts/scale.ts'
import { Loaded, Nothing } from '../parts/states.tsx'
import { useUrlState } from '../parts/url-state.ts'
import { useNow } from '../parts/use-now.ts'
import { RunsTable } from './runs-table.tsx'

const RANGES = {
  '1h': ['Last hour', 3_600_000, 'MINUTE'],
  '24h': ['Last 24 hours', 86_400_000, 'HOUR'],
  '7d': ['Last 7 days', 7 * 86_400_000, 'DAY'],
  '30d': ['Last 30 days', 30 * 86_400_000, 'DAY'],
  '12m': ['Last 12 months', 365 * 86_400_000, 'MONTH'],
} as const
type Range = keyof typeof RANGES

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

/** The figures of a range that ends now. */
export function useIngestion(range: string, filter: { readonly flowId?: string; readonly connectionId?: string }) {
  const client = useClient()
  const [, lengthMs, granularity] = RANGES[range as Range] ?? RANGES['24h']
  return useQuery({
    queryKey: ['ingestion', range, filter],
    queryFn: ({ signal }) => {
      const now = Date.now()
      const [start, end] = [now - lengthMs, now + 1000].map((at) => new Date(at).toISOString())
      return client.monitoring.ingestion({ start: start ?? '', end: end ?? '', granularity, ...filter }, { signal })
    },
    placeholderData: keepPreviousData,
    // Runs are told of; the time goes on by itself.
    refetchInterval: 60_000,
  })
}

export function RangePicker({ range, setRange }: { readonly range: Range; readonly setRange: (range: Range) => void }) {
  return (
    <Picker aria-label="Time range" selectedKey={range} onSelectionChange={(key) => key !== null && setRange(key as Range)}>
      {Object.entries(RANGES).map(([key, [title]]) => (
        <PickerItem key={key} id={key}>
          {title}
        </PickerItem>
      ))}
    </Picker>
  )
}

/** Whether what is shown follows by itself. */
export function LiveBadge() {
  const { state } = useLive()
  const [variant, text] = ({ live: ['positive', 'Live'], connecting: ['neutral', 'Connecting'], lost: ['notice', 'Connection lost, trying again'] } as const)[state]
  return (
    <StatusLight variant={variant} role="status">
      {text}
    </StatusLight>
  )
}

function Figures({ data }: { readonly data: Ingestion }) {
  const { total, running, waiting } = data
  const runs = total.succeeded + total.failed
  if (runs === 0 && running + waiting === 0)
    return (
      <Nothing title="No run ended in this range">
        Choose a longer range, or <Link href={paths.flows}>run a dataflow</Link>. Figures appear here by themselves.
      </Nothing>
    )
  return (
    <>
      <dl className={tiles}>
        <FigureTile label="Records received" value={short(total.received)} note={count(total.received)} />
        <FigureTile label="Records ingested" value={short(total.ingested)} note={count(total.ingested)} tone="positive" />
        <FigureTile label="Records skipped" value={short(total.skipped)} note="left out on purpose" />
        <FigureTile label="Records failed" value={short(total.rejected)} note="set aside, or of failed runs" tone={total.rejected > 0 ? 'negative' : 'neutral'} />
        <FigureTile label="Success rate" value={runs === 0 ? '–' : percent(total.succeeded / runs)} note={`${amount(runs, 'run')}, ${count(total.failed)} failed`} tone={total.failed > 0 ? 'negative' : 'positive'} />
        <FigureTile label="Under way" value={count(running)} note={`${count(waiting)} waiting`} />
      </dl>
      <Rate data={data} />
      <BySource data={data} />
      <ByFlow data={data} />
    </>
  )
}

const MEASURES = {
  records: 'Records',
  bytes: 'Bytes',
  runs: 'Runs',
} as const
type Measure = keyof typeof MEASURES

/** The chart of the page. */
export function Rate({ data }: { readonly data: Ingestion }) {
  const [measure, setMeasure] = useUrlState<Measure>('show', 'records')
  const { buckets, granularity } = data
  const of = (key: keyof IngestionFigures) => buckets.map((bucket) => bucket[key])
  const series: Readonly<Record<Measure, readonly Series[]>> = {
    records: [
      { key: 'ingested', title: 'Ingested', tone: 'main', values: of('ingested') },
      { key: 'skipped', title: 'Skipped', tone: 'quiet', values: of('skipped') },
      { key: 'rejected', title: 'Failed', tone: 'bad', values: of('rejected') },
    ],
    bytes: [{ key: 'bytesIn', title: 'Read from sources', tone: 'main', values: of('bytesIn') }],
    runs: [
      { key: 'succeeded', title: 'Succeeded', tone: 'main', values: of('succeeded') },
      { key: 'failed', title: 'Failed', tone: 'bad', values: of('failed') },
    ],
  }
  const isBytes = measure === 'bytes'
  return (
    <Section
      title="Ingestion rate"
      note={`per ${granularity.toLowerCase()}`}
      actions={
        <SegmentedControl aria-label="What to show" selectedKey={measure} onSelectionChange={(key) => setMeasure(key as Measure)}>
          {Object.entries(MEASURES).map(([key, title]) => (
            <SegmentedControlItem key={key} id={key}>
              {title}
            </SegmentedControlItem>
          ))}
        </SegmentedControl>
      }
    >
      <div className={style({ padding: 16, borderRadius: 'lg', borderWidth: 1, borderStyle: 'solid', borderColor: 'gray-200', backgroundColor: 'layer-2', minWidth: 0 })}>
        <BarChart
          label={`${MEASURES[measure]} per ${granularity.toLowerCase()}`}
          labels={buckets.map(({ at }) => bucketLabel(at, granularity))}
          names={buckets.map(({ at }) => bucketName(at, granularity))}
          series={series[measure]}
          format={isBytes ? bytes : count}
          formatAxis={isBytes ? bytes : short}
        />
      </div>
    </Section>
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
    { key: 'rate', title: 'Success', isFigure: true, cell: (row) => percent(row.succeeded / Math.max(1, row.succeeded + row.failed)) },
    { key: 'received', title: 'Received', isFigure: true, cell: (row) => count(row.received) },
    { key: 'ingested', title: 'Ingested', isFigure: true, cell: (row) => count(row.ingested) },
    { key: 'skipped', title: 'Skipped', isFigure: true, cell: (row) => count(row.skipped) },
    { key: 'rejected', title: 'Failed', isFigure: true, cell: (row) => count(row.rejected) },
    { key: 'pace', title: 'Records/s', isFigure: true, cell: (row) => (row.busyMs === 0 ? '–' : short((row.received * 1000) / row.busyMs)) },
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
          { key: 'name', title: 'Account', cell: ({ id, name }) => <Link href={paths.account(id)}>{name}</Link> },
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
          { key: 'name', title: 'Dataflow', cell: ({ id, name, connectionId }) => (connectionId === undefined ? name : <Link href={paths.flow(id)}>{name}</Link>) },
          ...figureColumns<(typeof data.flows)[number]>(now),
        ]}
      />
    </Section>
  )
}
