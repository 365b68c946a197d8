import { useNavigate, useSearch } from '@tanstack/react-router'
import { useCallback } from 'react'

/**
 * State that lives in the address, so that it can be shared and survives a reload. What equals the default is left
 * out of the address.
 */
export function useUrlState<Value extends string>(
  name: string,
  fallback: Value,
): readonly [Value, (value: Value) => void] {
  const search = useSearch({ strict: false }) as Readonly<Record<string, unknown>>
  const navigate = useNavigate()
  const given = search[name]
  const value = (typeof given === 'string' || typeof given === 'number' ? String(given) : fallback) as Value
  const set = useCallback(
    (next: Value) => {
      void navigate({
        to: '.',
        search: (before: object) => ({ ...before, [name]: next === fallback ? undefined : next }),
        replace: true,
      } as never)
    },
    [navigate, name, fallback],
  )
  return [value, set]
}
