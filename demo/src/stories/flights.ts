import { calculate, copy, type Story } from './story.ts'

const airport = { type: 'string', title: 'IATA code of the airport' }

/** Three million rows, nearly all columns as they are: what a big table costs. */
export const flights: Story = {
  relation: 'public.flights',
  title: 'Flights',
  about: 'events: a plain copy with nesting, ids and times',
  behavior: 'time-series',
  fields: {
    flight: {
      type: 'object',
      title: 'Flight',
      properties: {
        origin: airport,
        destination: airport,
        delayMinutes: { type: 'integer', title: 'Minutes late at the destination; negative means early' },
        distanceMiles: { type: 'integer', title: 'Distance in miles' },
      },
    },
  },
  mappings: (tenant) => [
    copy('id', '_id'),
    copy('departed_at', 'timestamp'),
    copy('origin', `_${tenant}.flight.origin`),
    copy('destination', `_${tenant}.flight.destination`),
    copy('delay_minutes', `_${tenant}.flight.delayMinutes`),
    copy('distance_miles', `_${tenant}.flight.distanceMiles`),
    calculate('"flight"', 'eventType'),
  ],
  question: (table, tenant) =>
    `select _${tenant}.flight.origin as origin, count(*) as flights,
       round(avg(_${tenant}.flight.delayMinutes), 1) as mean_delay
     from "${table}" group by all order by flights desc limit 3`,
}
