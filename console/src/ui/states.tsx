import { HeadwaterError } from '@headwater/client/error.ts'
import { Button, Content, Heading, IllustratedMessage, InlineAlert } from '@react-spectrum/s2'
import { style } from '@react-spectrum/s2/style' with { type: 'macro' }
import type { UseQueryResult } from '@tanstack/react-query'
import type { ReactNode } from 'react'

/** What failed, in a sentence; the log of the server has more under the id of the request. */
export function Problem({
  error,
  retry,
}: {
  readonly error: unknown
  readonly retry?: (() => void) | undefined
}) {
  const { title, message, trace } = wordsOf(error)
  return (
    <InlineAlert variant="negative">
      <Heading>{title}</Heading>
      <Content>
        <p className={style({ marginTop: 0, overflowWrap: 'anywhere' })}>{message}</p>
        {trace !== undefined && (
          <p className={style({ font: 'code-xs', overflowWrap: 'anywhere' })}>
            <span className={style({ color: 'neutral-subdued' })}>Request </span>
            {trace}
          </p>
        )}
        {retry !== undefined && (
          <Button variant="secondary" size="S" onPress={retry}>
            Try again
          </Button>
        )}
      </Content>
    </InlineAlert>
  )
}

interface Words {
  readonly title: string
  readonly message: string
  readonly trace?: string | undefined
}

export function wordsOf(error: unknown): Words {
  if (!(error instanceof HeadwaterError))
    return {
      title: 'This page met something that it cannot show',
      message: 'Load it again. If it stays, tell us.',
    }
  const { status, message, requestId, code } = error
  if (status === 0) return { title: 'The server does not answer', message }
  if (status === 403) return { title: 'Not permitted', message }
  if (status === 404) return { title: 'Not found', message }
  return { title: `The server refused (${code})`, message, trace: status >= 500 ? requestId : undefined }
}

const pulse = style({
  borderRadius: 'lg',
  backgroundColor: 'gray-100',
  width: 'full',
})

/** The outline of what comes. */
export function Outline({ label, heights }: { readonly label: string; readonly heights: readonly number[] }) {
  return (
    <div
      role="status"
      aria-label={`Loading ${label}`}
      className={style({ display: 'flex', flexDirection: 'column', gap: 12 })}
    >
      {heights.map((height, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: bars without any content
        <div key={index} className={`${pulse} headwater-pulse`} style={{ height }} />
      ))}
    </div>
  )
}

/** There is nothing yet, and what to do about it. */
export function Nothing({
  title,
  children,
  action,
}: {
  readonly title: string
  readonly children: ReactNode
  readonly action?: ReactNode
}) {
  return (
    <div className={style({ display: 'flex', justifyContent: 'center', paddingY: 40 })}>
      <IllustratedMessage size="M">
        <Heading>{title}</Heading>
        <Content>{children}</Content>
        {action}
      </IllustratedMessage>
    </div>
  )
}

interface LoadedProps<Data> {
  readonly query: UseQueryResult<Data>
  readonly label: string
  /** Of the outline that is shown meanwhile. */
  readonly heights?: readonly number[] | undefined
  readonly children: (data: Data) => ReactNode
}

/** What a query found, its outline while it is asked, or what went wrong. What is old stays beside a problem. */
export function Loaded<Data>({ query, label, heights = [44, 44, 44, 44], children }: LoadedProps<Data>) {
  const { data, error, refetch } = query
  if (data === undefined) {
    if (error === null) return <Outline label={label} heights={heights} />
    return <Problem error={error} retry={() => void refetch()} />
  }
  return (
    <>
      {error !== null && <Problem error={error} retry={() => void refetch()} />}
      {children(data)}
    </>
  )
}
