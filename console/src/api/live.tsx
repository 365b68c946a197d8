import type { HeadwaterClient } from '@headwater/client/client.ts'
import { HeadwaterError } from '@headwater/client/error.ts'
import type { Heard } from '@headwater/client/resources/monitoring.ts'
import { type QueryClient, useQueryClient } from '@tanstack/react-query'
import { createContext, type ReactNode, useContext, useEffect, useMemo, useState } from 'react'
import { useClient } from './client.ts'

/** How the page learns what happens: `live` while a stream is open, `lost` while it is being opened again. */
export type LiveState = 'connecting' | 'live' | 'lost'

/** How far a run is that is under way, as the server tells about once a second. */
export interface LiveProgress {
  readonly rowsRead: number
  readonly bytesRead: number
  readonly slicesDone: number
  readonly slicesTotal: number
  readonly estimatedRows: number | undefined
  /** Over the last few seconds. */
  readonly rowsPerSecond: number
  readonly bytesPerSecond: number
  readonly samples: readonly Sample[]
}

interface Sample {
  readonly atMs: number
  readonly rows: number
  readonly bytes: number
}

interface Live {
  readonly state: LiveState
  readonly progress: ReadonlyMap<string, LiveProgress>
}

const LiveContext = createContext<Live>({ state: 'connecting', progress: new Map() })

export function useLive(): Live {
  return useContext(LiveContext)
}

/** Which queries show something that the event speaks of, by the first word of their keys. */
const SHOWN_BY: Readonly<Record<string, readonly string[]>> = {
  run: ['runs', 'run', 'run-detail', 'flows', 'flow', 'ingestion'],
  progress: ['run-detail'],
  flow: ['flows', 'flow'],
  batch: ['datasets', 'dataset', 'batches', 'table'],
  change: [
    'audit',
    'flows',
    'flow',
    'connections',
    'connection',
    'datasets',
    'dataset',
    'schemas',
    'sandboxes',
  ],
}

/** Many events at once refresh what is shown once. */
const GATHER_MS = 400

/** Listens for as long as it is mounted, and has stale queries read again. */
export function LiveProvider({ children }: { readonly children: ReactNode }) {
  const client = useClient()
  const queries = useQueryClient()
  const [state, setState] = useState<LiveState>('connecting')
  const [progress, setProgress] = useState<ReadonlyMap<string, LiveProgress>>(new Map())
  useEffect(() => {
    const stopping = new AbortController()
    const refresh = gatherRefreshes(queries)
    let isFirstReady = true
    const hear = (heard: Heard): void => {
      if (heard.kind === 'ready') {
        setState('live')
        // What was read before the stream was there may have changed in between.
        if (!isFirstReady) return
        isFirstReady = false
        return void queries.invalidateQueries({ predicate: ({ state }) => state.status === 'success' })
      }
      if (heard.kind === 'lost') return setState('lost')
      if (heard.kind === 'resync') return void queries.invalidateQueries()
      refresh(SHOWN_BY[heard.kind] ?? [])
      if (heard.kind === 'progress')
        setProgress((known) => withProgress(known, heard.id, heard.facts, heard.at))
      if (heard.kind === 'run' && hasEnded(heard.facts['status']))
        setProgress((known) => without(known, heard.id))
    }
    void listen(client, stopping.signal, hear)
    return () => stopping.abort()
  }, [client, queries])
  const live = useMemo(() => ({ state, progress }), [state, progress])
  return <LiveContext value={live}>{children}</LiveContext>
}

async function listen(
  client: HeadwaterClient,
  signal: AbortSignal,
  hear: (heard: Heard) => void,
): Promise<void> {
  try {
    for await (const heard of client.monitoring.listen({ signal })) hear(heard)
  } catch (error) {
    // Who may not listen sees all the same what he asks for.
    if (!signal.aborted) hear({ kind: 'lost' })
    if (!(error instanceof HeadwaterError)) reportError(error)
  }
}

function gatherRefreshes(queries: QueryClient): (words: readonly string[]) => void {
  const waiting = new Set<string>()
  return (words) => {
    const isDue = waiting.size > 0
    for (const word of words) waiting.add(word)
    if (isDue || waiting.size === 0) return
    setTimeout(() => {
      const due = new Set(waiting)
      waiting.clear()
      void queries.invalidateQueries({ predicate: ({ queryKey }) => due.has(String(queryKey[0])) })
    }, GATHER_MS)
  }
}

function hasEnded(status: unknown): boolean {
  return status === 'success' || status === 'failed'
}

function without(known: ReadonlyMap<string, LiveProgress>, id: string): ReadonlyMap<string, LiveProgress> {
  if (!known.has(id)) return known
  const left = new Map(known)
  left.delete(id)
  return left
}

/** Long enough for a calm figure, short enough to show a stall. */
const WINDOW_MS = 8_000
const MOST_SAMPLES = 120

function withProgress(
  known: ReadonlyMap<string, LiveProgress>,
  id: string,
  facts: Readonly<Record<string, unknown>>,
  atMs: number,
): ReadonlyMap<string, LiveProgress> {
  const figure = (name: string) => Number(facts[name] ?? 0)
  const sample = { atMs, rows: figure('rowsRead'), bytes: figure('bytesRead') }
  const before = known.get(id)?.samples ?? []
  // A run that started over counts from the beginning.
  const samples = [...before.filter(({ rows }) => rows <= sample.rows), sample].slice(-MOST_SAMPLES)
  const first = samples.find(({ atMs: at }) => at >= atMs - WINDOW_MS) ?? sample
  const seconds = (sample.atMs - first.atMs) / 1000
  const pace = (amount: number) => (seconds <= 0 ? 0 : amount / seconds)
  return new Map(known).set(id, {
    rowsRead: sample.rows,
    bytesRead: sample.bytes,
    slicesDone: figure('slicesDone'),
    slicesTotal: figure('slicesTotal'),
    estimatedRows: facts['estimatedRows'] === undefined ? undefined : figure('estimatedRows'),
    rowsPerSecond: pace(sample.rows - first.rows),
    bytesPerSecond: pace(sample.bytes - first.bytes),
    samples,
  })
}
