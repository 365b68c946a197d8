import type { ScheduleParams } from '@headwater/contract/flow-service/schedule.ts'
import { fromDate, getLocalTimeZone, now as nowIn, type ZonedDateTime } from '@internationalized/date'
import {
  Button,
  ButtonGroup,
  Content,
  DatePicker,
  Dialog,
  DialogContainer,
  Form,
  Heading,
  NumberField,
  Picker,
  PickerItem,
  Switch,
} from '@react-spectrum/s2'
import { useState } from 'react'
import { useClient } from '../../api/client.ts'
import { useDoing } from '../../ui/actions.tsx'
import { startOf } from '../../ui/schedule.ts'
import type { FlowDialogProps } from './backfill-dialog.tsx'

/** Changes when a flow runs. */
export function ScheduleDialog({ flow, isOpen, onClose }: FlowDialogProps) {
  return (
    <DialogContainer onDismiss={onClose}>
      {isOpen && <Schedule flow={flow} onClose={onClose} />}
    </DialogContainer>
  )
}

const UNITS = { once: 'Once', minute: 'Minutes', hour: 'Hours', day: 'Days', week: 'Weeks' } as const
type Unit = keyof typeof UNITS

function Schedule({ flow, onClose }: Omit<FlowDialogProps, 'isOpen'>) {
  const client = useClient()
  const zone = getLocalTimeZone()
  const given = (flow.scheduleParams ?? {}) as {
    readonly frequency?: Unit
    readonly interval?: string | number
    readonly startTime?: string
    readonly backfill?: boolean | string
  }
  const begin = startOf(given)
  const [start, setStart] = useState<ZonedDateTime | null>(
    begin === undefined ? nowIn(zone) : fromDate(new Date(begin), zone),
  )
  const [unit, setUnit] = useState<Unit>(given.frequency ?? 'day')
  const [interval, setInterval] = useState(Number(given.interval ?? 1))
  const [backfill, setBackfill] = useState(String(given.backfill ?? true).toLowerCase() === 'true')
  const save = useDoing({
    doIt: () =>
      client.flows.patch(flow.id, flow.etag, [
        {
          op: flow.scheduleParams === undefined ? 'add' : 'replace',
          path: '/scheduleParams',
          value: scheduleOf({ start, unit, interval, backfill }),
        },
      ]),
    done: 'The schedule is changed.',
    onDone: onClose,
  })
  const isPeriodic = unit !== 'once'
  return (
    <Dialog size="M">
      <Heading slot="title">Schedule of {flow.name}</Heading>
      <Content>
        <Form>
          <DatePicker label="Start" granularity="minute" hideTimeZone value={start} onChange={setStart} />
          <Picker label="Every" selectedKey={unit} onSelectionChange={(key) => setUnit(key as Unit)}>
            {Object.entries(UNITS).map(([key, title]) => (
              <PickerItem key={key} id={key}>
                {title}
              </PickerItem>
            ))}
          </Picker>
          {isPeriodic && (
            <NumberField
              label="Interval"
              minValue={unit === 'minute' ? 15 : 1}
              step={1}
              value={interval}
              onChange={setInterval}
              description={unit === 'minute' ? '15 minutes at least' : ''}
            />
          )}
          {isPeriodic && (
            <Switch isSelected={backfill} onChange={setBackfill}>
              Bring in what was there before the start
            </Switch>
          )}
        </Form>
      </Content>
      <ButtonGroup>
        <Button variant="secondary" onPress={onClose}>
          Cancel
        </Button>
        <Button
          variant="accent"
          isPending={save.isPending}
          isDisabled={start === null}
          onPress={() => save.run(undefined)}
        >
          Save schedule
        </Button>
      </ButtonGroup>
    </Dialog>
  )
}

interface Wanted {
  readonly start: ZonedDateTime | null
  readonly unit: Unit
  readonly interval: number
  readonly backfill: boolean
}

function scheduleOf({ start, unit, interval, backfill }: Wanted): ScheduleParams {
  const startTime = String(Math.floor((start?.toDate().getTime() ?? 0) / 1000))
  return (
    unit === 'once'
      ? { startTime, frequency: unit }
      : { startTime, frequency: unit, interval: String(interval), backfill: String(backfill) }
  ) as ScheduleParams
}
