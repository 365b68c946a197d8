import { expect, test } from 'vitest'
import { distinctNames, mentionedIn } from './query-tables.ts'

const ID = '5c8c3c555033b814b69f947'

test('a dataset is known by SQL name, id and name', () => {
  expect(distinctNames([{ id: `${ID}1`, tableName: 'web_orders', name: 'Web orders' }])).toEqual([
    ['web_orders', `${ID}1`, 'Web orders'],
  ])
})

test('a name that could mean two datasets means none', () => {
  const datasets = [
    { id: `${ID}1`, tableName: 'orders', name: 'Sales' },
    { id: `${ID}2`, tableName: 'sales_2', name: 'sales' },
    { id: `${ID}3`, tableName: 'other', name: 'Orders' },
    { id: `${ID}4`, tableName: 'same', name: 'same' },
  ]
  expect(distinctNames(datasets)).toEqual([
    ['orders', `${ID}1`],
    ['sales_2', `${ID}2`],
    ['other', `${ID}3`],
    ['same', `${ID}4`],
  ])
})

test('only tables that the statement mentions are opened', () => {
  const table = (...names: string[]) => ({ datasetId: names[0] ?? '', names, metadataKey: '' })
  const datasets = [table('orders'), table('customers', 'All "good" customers'), table('returns')]
  const found = mentionedIn('SELECT * FROM Orders JOIN "All ""good"" customers" USING (id)', datasets)
  expect(found.map(({ datasetId }) => datasetId)).toEqual(['orders', 'customers'])
})
