import { Picker, PickerItem } from '@react-spectrum/s2'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useClient } from '../../api/client.ts'

const RANGES = {
  '1h': ['Last hour', 3_600_000, 'MINUTE'],
  '24h': ['Last 24 hours', 86_400_000, 'HOUR'],
  '7d': ['Last 7 days', 7 * 86_400_000, 'DAY'],
  '30d': ['Last 30 days', 30 * 86_400_000, 'DAY'],
  '12m': ['Last 12 months', 365 * 86_400_000, 'MONTH'],
} as const
export type Range = keyof typeof RANGES

/** The figures of a range that ends now. */
export function useIngestion(
  range: string,
  filter: { readonly flowId?: string; readonly connectionId?: string },
) {
  const client = useClient()
  const [, lengthMs, granularity] = RANGES[range as Range] ?? RANGES['24h']
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
    <Picker
      aria-label="Time range"
      selectedKey={range}
      onSelectionChange={(key) => key !== null && setRange(key as Range)}
    >
      {Object.entries(RANGES).map(([key, [title]]) => (
        <PickerItem key={key} id={key}>
          {title}
        </PickerItem>
      ))}
    </Picker>
  )
}
