import type { Ingestion, IngestionFigures } from '@headwater/contract/monitoring/ingestion.ts'
import { SegmentedControl, SegmentedControlItem } from '@react-spectrum/s2'
import { BarChart, type Series } from '../../ui/bar-chart.tsx'
import { panel } from '../../ui/facts.tsx'
import { bytes, count, short } from '../../ui/figures.ts'
import { Section } from '../../ui/page.tsx'
import { bucketLabel, bucketName } from '../../ui/scale.ts'
import { useUrlState } from '../../ui/url-state.ts'

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
        <SegmentedControl
          aria-label="What to show"
          selectedKey={measure}
          onSelectionChange={(key) => setMeasure(key as Measure)}
        >
          {Object.entries(MEASURES).map(([key, title]) => (
            <SegmentedControlItem key={key} id={key}>
              {title}
            </SegmentedControlItem>
          ))}
        </SegmentedControl>
      }
    >
      <div className={panel}>
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
