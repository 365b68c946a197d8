import { Type } from 'typebox'
import { Given, OPEN, Text } from './parts.ts'

/** Exploring the lake, which needs no connection, and what can be chosen for a kind of system. */

export const SpecExploreQuery = Type.Object(
  {
    objectType: Text('`root` (the default) or `table`'),
    object: Text('Path of a dataset as the root lists it'),
    preview: Text('`true` to get rows'),
    previewCount: Text('Rows at most, 1 to 1000; 100 when absent'),
  },
  OPEN,
)

const DATASET_META = {
  kind: Type.String({ description: '`dataset`' }),
  tableName: Type.String({ description: 'Name in SQL' }),
  schemaId: Type.String(),
  behavior: Type.String({ description: '`record`, `time-series` or `adhoc`' }),
}

const ListedDataset = Type.Object(
  {
    type: Type.String({ description: '`table`' }),
    name: Type.String(),
    path: Type.String({ description: 'Id of the dataset: what `object` and `params.dataSetId` take' }),
    canPreview: Type.Boolean(),
    canFetchSchema: Type.Boolean(),
    meta: Type.Object(DATASET_META, OPEN),
  },
  OPEN,
)

const LakeColumn = Type.Object(
  {
    name: Type.String(),
    type: Type.String(),
    xdm: Type.Object({}, OPEN),
    'meta:xdmType': Text('As in schemas'),
    meta: Type.Object(
      {
        originalType: Type.String({ description: 'As Iceberg writes it: `decimal(12,2)`, `struct`' }),
        nullable: Type.Boolean(),
        comment: Text('As the table has it'),
      },
      OPEN,
    ),
  },
  OPEN,
)

export const ExploredStorage = Type.Union([
  Type.Array(ListedDataset),
  Type.Object(
    {
      format: Type.String({ description: '`hierarchical` when a field has parts, else `flat`' }),
      schema: Type.Object({ columns: Type.Array(LakeColumn) }),
      meta: Type.Object({ path: Type.String(), name: Type.String(), ...DATASET_META }, OPEN),
      data: Type.Optional(
        Type.Array(Type.Object({}, OPEN), { description: 'Rows of the newest commits first' }),
      ),
    },
    OPEN,
  ),
])

export const ConnectionConfigs = Type.Object({
  items: Type.Array(
    Type.Object({ columnName: Type.String(), columnType: Given('Type of the column') }, OPEN),
  ),
})
