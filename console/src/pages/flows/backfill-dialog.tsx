import type { Flow } from '@headwater/contract/flow-service/flows.ts'
import { getLocalTimeZone, now as nowIn, type ZonedDateTime } from '@internationalized/date'
import {
  Button,
  ButtonGroup,
  Content,
  DatePicker,
  Dialog,
  DialogContainer,
  Form,
  Heading,
  InlineAlert,
} from '@react-spectrum/s2'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { useClient } from '../../api/client.ts'
import { useDoing } from '../../ui/actions.tsx'
import { paths } from '../../ui/paths.ts'

export interface FlowDialogProps {
  readonly flow: Flow
  readonly isOpen: boolean
  readonly onClose: () => void
}

/** Asks for a window and runs the flow over it. */
export function BackfillDialog({ flow, isOpen, onClose }: FlowDialogProps) {
  return (
    <DialogContainer onDismiss={onClose}>
      {isOpen && <Backfill flow={flow} onClose={onClose} />}
    </DialogContainer>
  )
}

/** Of the flow's copy transformation; without one there are no windows. */
export function deltaColumnOf({ transformations }: Pick<Flow, 'transformations'>): string | undefined {
  const copy = transformations.find(({ name }) => name === 'Copy')
  const column = (copy?.params as { readonly deltaColumn?: { readonly name?: string } } | undefined)
    ?.deltaColumn
  return column?.name
}

function Backfill({ flow, onClose }: Omit<FlowDialogProps, 'isOpen'>) {
  const client = useClient()
  const navigate = useNavigate()
  const zone = getLocalTimeZone()
  const [from, setFrom] = useState<ZonedDateTime | null>(
    nowIn(zone).subtract({ days: 1 }).set({ minute: 0, second: 0, millisecond: 0 }),
  )
  const [to, setTo] = useState<ZonedDateTime | null>(
    nowIn(zone).set({ minute: 0, second: 0, millisecond: 0 }),
  )
  const column = deltaColumnOf(flow)
  const seconds = (time: ZonedDateTime) => String(Math.floor(time.toDate().getTime() / 1000))
  const run = useDoing({
    doIt: () =>
      client.runs.create({
        flowId: flow.id,
        ...(from === null || to === null || column === undefined
          ? {}
          : { params: { windowStartTime: seconds(from), windowEndTime: seconds(to) } }),
      }),
    done: 'The window is being brought in.',
    onDone: ({ id }) => {
      onClose()
      void navigate({ to: paths.run(id) } as never)
    },
  })
  const isWrong = from !== null && to !== null && from.compare(to) >= 0
  return (
    <Dialog size="M">
      <Heading slot="title">Backfill a window</Heading>
      <Content>
        {column === undefined ? (
          <InlineAlert variant="notice">
            <Heading>This dataflow has no delta column</Heading>
            <Content>
              Every run of it copies the whole table, so that there is no window to choose. Run it now
              instead.
            </Content>
          </InlineAlert>
        ) : (
          <Form>
            <p>
              Rows whose <code>{column}</code> lies in the window are copied once more. The schedule goes on
              from where it stands.
            </p>
            <DatePicker label="From" granularity="minute" hideTimeZone value={from} onChange={setFrom} />
            <DatePicker
              label="Up to"
              granularity="minute"
              hideTimeZone
              value={to}
              onChange={setTo}
              isInvalid={isWrong}
              errorMessage="The window must end after it begins."
            />
          </Form>
        )}
      </Content>
      <ButtonGroup>
        <Button variant="secondary" onPress={onClose}>
          Cancel
        </Button>
        <Button
          variant="accent"
          isPending={run.isPending}
          isDisabled={isWrong || from === null || to === null}
          onPress={() => run.run(undefined)}
        >
          {column === undefined ? 'Run now' : 'Backfill'}
        </Button>
      </ButtonGroup>
    </Dialog>
  )
}
