import type { Data } from '../data.ts'
import { type Child, h } from '../dom.ts'
import { formatBytes, formatCount } from '../format.ts'
import type { Table } from '../shapes.ts'
import { ago, code, empty, facts, type ListOptions, more } from './parts.ts'

/** The tables of the lake. */
export function viewDatasets(data: Data, { nowMs, limit }: ListOptions): readonly Child[] {
  if (data.datasets.items.length === 0) {
    return [
      empty(
        'No dataset yet',
        h('p', {}, 'A dataset is one Iceberg table in the lake. A flow needs one to write into.'),
      ),
    ]
  }
  const { items } = data.datasets
  return [
    h(
      'ul',
      { class: 'rows', 'data-key': 'datasets' },
      ...items.slice(0, limit).map((dataset) => viewDataset(dataset, nowMs)),
    ),
    items.length > limit && more('datasets', `Show all ${items.length} datasets`),
  ]
}

function viewDataset(dataset: Table, nowMs: number): HTMLElement {
  const { id, name, tableName, rowCount, storageSize, created } = dataset
  const location = `lake/${dataset.basePath}`
  return h(
    'li',
    { 'data-key': id, id: `dataset-${id}`, tabindex: -1 },
    h(
      'div',
      { class: 'row-head' },
      h('h3', {}, name),
      h(
        'button',
        { type: 'button', class: 'small', 'data-action': 'query', 'data-table': tableName },
        'Query',
        h('span', { class: 'sr' }, ` ${name}`),
      ),
    ),
    facts(
      ['Rows', formatCount(rowCount)],
      ['Size', formatBytes(storageSize)],
      ['Made', ago(created, nowMs)],
      ['SQL name', h('code', {}, tableName)],
      ['In the lake', h('code', {}, location)],
    ),
    h(
      'details',
      { 'data-key': 'read' },
      h('summary', {}, 'Read it with DuckDB or Python'),
      h(
        'p',
        {},
        'Where the lake is, the server says at its start; the folder below is the default. Any reader of Iceberg will do.',
      ),
      code(duckDbSnippet(dataset), 'DuckDB'),
      code(pythonSnippet(dataset), 'Python'),
    ),
  )
}

const DEFAULT_LAKE = '.headwater/lake'

function duckDbSnippet({ basePath }: Table): string {
  return `-- duckdb
install iceberg; load iceberg;
select * from iceberg_scan('${DEFAULT_LAKE}/${basePath}') limit 10;`
}

function pythonSnippet({ basePath }: Table): string {
  return `# pip install pyiceberg pyarrow
from pyiceberg.table import StaticTable
table = StaticTable.from_metadata('${DEFAULT_LAKE}/${basePath}')
print(table.scan(limit=10).to_arrow().to_pylist())`
}
