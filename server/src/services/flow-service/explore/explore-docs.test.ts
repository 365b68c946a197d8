import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ExploreQuery } from '@headwater/contract/explore.ts'
import { SpecExploreQuery } from '@headwater/contract/flow-service/explored-storage.ts'
import { SpecConfigQuery } from '@headwater/contract/flow-service/specs.ts'
import { expect, test } from 'vitest'

const PAGE = readFileSync(join(import.meta.dirname, '../../../../../docs/explore.md'), 'utf8')

test('the page about exploring knows every parameter, and none that is not there', () => {
  const parameters = [ExploreQuery, SpecExploreQuery, SpecConfigQuery].flatMap(({ properties }) =>
    Object.keys(properties),
  )
  const missing = parameters.filter((name) => !PAGE.includes(`\`${name}\``) && !PAGE.includes(`${name}=`))
  expect(missing).toEqual([])
  const used = [...PAGE.matchAll(/[?&](\w+)=/g)].map(([, name]) => name)
  expect(used.filter((name) => !parameters.includes(name ?? ''))).toEqual([])
})
