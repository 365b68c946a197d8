import { StatusLight } from '@react-spectrum/s2'
import { useLive } from '../../api/live.tsx'

/** Whether what is shown follows by itself. */
export function LiveBadge() {
  const { state } = useLive()
  const [variant, text] = (
    {
      live: ['positive', 'Live'],
      connecting: ['neutral', 'Connecting'],
      lost: ['notice', 'Connection lost, trying again'],
    } as const
  )[state]
  return (
    <StatusLight variant={variant} role="status">
      {text}
    </StatusLight>
  )
}
