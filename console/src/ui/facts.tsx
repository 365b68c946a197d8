import { style } from '@react-spectrum/s2/style' with { type: 'macro' }
import type { ReactNode } from 'react'

export type Fact = readonly [name: string, value: ReactNode]

const list = style({
  display: 'grid',
  gridTemplateColumns: 'repeat(auto-fill, minmax(200px, 1fr))',
  columnGap: 24,
  rowGap: 16,
  margin: 0,
})

/** Names and values, as many beside each other as there is room for. What is undefined is left out. */
export function Facts({ facts }: { readonly facts: readonly Fact[] }) {
  return (
    <dl className={list}>
      {facts
        .filter(([, value]) => value !== undefined && value !== '')
        .map(([name, value]) => (
          <div key={name} className={style({ minWidth: 0 })}>
            <dt className={style({ font: 'ui-sm', color: 'neutral-subdued' })}>{name}</dt>
            <dd className={style({ margin: 0, font: 'ui', overflowWrap: 'anywhere' })}>{value}</dd>
          </div>
        ))}
    </dl>
  )
}

/** A frame around what belongs together. */
export const panel = style({
  display: 'flex',
  flexDirection: 'column',
  gap: 16,
  padding: { default: 16, md: 24 },
  borderRadius: 'lg',
  borderWidth: 1,
  borderStyle: 'solid',
  borderColor: 'gray-200',
  backgroundColor: 'layer-2',
  minWidth: 0,
})

/** Text of programs: ids, statements, digests. */
export const code = style({ font: 'code-sm', minWidth: 0 })
