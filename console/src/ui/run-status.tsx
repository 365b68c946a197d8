import { StatusLight } from '@react-spectrum/s2'

const LOOKS = {
  scheduled: ['neutral', 'Scheduled'],
  queued: ['yellow', 'Waiting'],
  inProgress: ['informative', 'Running'],
  success: ['positive', 'Success'],
  failed: ['negative', 'Failed'],
} as const

/** Where a run stands, in colour and in words. */
export function RunStatus({ status }: { readonly status: string }) {
  const [variant, text] = LOOKS[status as keyof typeof LOOKS] ?? (['neutral', status] as const)
  return <StatusLight variant={variant}>{text}</StatusLight>
}

const FLOW_LOOKS = {
  enabled: ['positive', 'Enabled'],
  disabled: ['neutral', 'Disabled'],
  draft: ['yellow', 'Draft'],
} as const

/** Whether a flow or a connection is at work. */
export function EntityState({ state }: { readonly state: string }) {
  const [variant, text] = FLOW_LOOKS[state as keyof typeof FLOW_LOOKS] ?? (['neutral', state] as const)
  return <StatusLight variant={variant}>{text}</StatusLight>
}

const BATCH_LOOKS: Readonly<Record<string, 'positive' | 'negative' | 'informative' | 'neutral' | 'yellow'>> =
  {
    success: 'positive',
    failed: 'negative',
    failure: 'negative',
    loading: 'informative',
    loaded: 'informative',
    processing: 'informative',
    staging: 'informative',
    staged: 'informative',
    queued: 'yellow',
    retrying: 'yellow',
  }

/** Where a batch stands. */
export function BatchStatus({ status }: { readonly status: string }) {
  return (
    <StatusLight variant={BATCH_LOOKS[status] ?? 'neutral'}>
      {status.charAt(0).toUpperCase() + status.slice(1)}
    </StatusLight>
  )
}
