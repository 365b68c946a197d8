import { SegmentedControl, SegmentedControlItem } from '@react-spectrum/s2'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useClient } from '../../api/client.ts'

const RANGES = {
  '1h': ['1 h', 'Last hour', 3_600_000, 'MINUTE'],
  '24h': ['24 h', 'Last 24 hours', 86_400_000, 'HOUR'],
  '7d': ['7 d', 'Last 7 days', 7 * 86_400_000, 'DAY'],
  '30d': ['30 d', 'Last 30 days', 30 * 86_400_000, 'DAY'],
  '12m': ['12 m', 'Last 12 months', 365 * 86_400_000, 'MONTH'],
} as const
export type Range = keyof typeof RANGES

/** The figures of a range that ends now. */
export function useIngestion(
  range: string,
  filter: { readonly flowId?: string; readonly connectionId?: string },
) {
  const client = useClient()
  const [, , lengthMs, granularity] = RANGES[range as Range] ?? RANGES['24h']
  return useQuery({
    queryKey: ['ingestion', range, filter],
    queryFn: ({ signal }) => {
      const now = Date.now()
      const [start, end] = [now - lengthMs, now + 1000].map((at) => new Date(at).toISOString())
      return client.monitoring.ingestion(
        { start: start ?? '', end: end ?? '', granularity, ...filter },
        { signal },
      )
    },
    placeholderData: keepPreviousData,
    // Runs are told of; the time goes on by itself.
    refetchInterval: 60_000,
  })
}

export function RangePicker({
  range,
  setRange,
}: {
  readonly range: Range
  readonly setRange: (range: Range) => void
}) {
  return (
    <SegmentedControl
      aria-label="Time range"
      selectedKey={range}
      onSelectionChange={(key) => setRange(key as Range)}
    >
      {Object.entries(RANGES).map(([key, [short, title]]) => (
        <SegmentedControlItem key={key} id={key} aria-label={title}>
          {short}
        </SegmentedControlItem>
      ))}
    </SegmentedControl>
  )
}
