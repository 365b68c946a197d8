import type { AvroSchema } from './avro-container.ts'

// Avro schemas of Iceberg's format version 2, for tables without partitions. Field ids are the specification's.

interface AvroField {
  readonly name: string
  readonly type: AvroSchema
  readonly 'field-id': number
  readonly default?: null
}

const required = (id: number, name: string, type: AvroSchema): AvroField => ({ name, type, 'field-id': id })

const optional = (id: number, name: string, type: AvroSchema): AvroField => ({
  name,
  type: ['null', type],
  default: null,
  'field-id': id,
})

/** A map whose keys are not texts: a list of pairs. */
const pairs = (keyId: number, valueId: number, value: AvroSchema): AvroSchema => ({
  type: 'array',
  logicalType: 'map',
  items: {
    type: 'record',
    name: `k${keyId}_v${valueId}`,
    fields: [required(keyId, 'key', 'int'), required(valueId, 'value', value)],
  },
})

const list = (elementId: number, items: AvroSchema): AvroSchema => ({
  type: 'array',
  'element-id': elementId,
  items,
})

const DATA_FILE: AvroSchema = {
  type: 'record',
  name: 'r2',
  fields: [
    required(134, 'content', 'int'),
    required(100, 'file_path', 'string'),
    required(101, 'file_format', 'string'),
    required(102, 'partition', { type: 'record', name: 'r102', fields: [] }),
    required(103, 'record_count', 'long'),
    required(104, 'file_size_in_bytes', 'long'),
    optional(108, 'column_sizes', pairs(117, 118, 'long')),
    optional(109, 'value_counts', pairs(119, 120, 'long')),
    optional(110, 'null_value_counts', pairs(121, 122, 'long')),
    optional(137, 'nan_value_counts', pairs(138, 139, 'long')),
    optional(125, 'lower_bounds', pairs(126, 127, 'bytes')),
    optional(128, 'upper_bounds', pairs(129, 130, 'bytes')),
    optional(131, 'key_metadata', 'bytes'),
    optional(132, 'split_offsets', list(133, 'long')),
    optional(135, 'equality_ids', list(136, 'int')),
    optional(140, 'sort_order_id', 'int'),
  ],
}

/** One entry of a manifest: a data file and what happened to it. */
export const MANIFEST_ENTRY: AvroSchema = {
  type: 'record',
  name: 'manifest_entry',
  fields: [
    required(0, 'status', 'int'),
    optional(1, 'snapshot_id', 'long'),
    optional(3, 'sequence_number', 'long'),
    optional(4, 'file_sequence_number', 'long'),
    required(2, 'data_file', DATA_FILE),
  ],
}

/** One entry of a manifest list: a manifest and its totals. */
export const MANIFEST_FILE: AvroSchema = {
  type: 'record',
  name: 'manifest_file',
  fields: [
    required(500, 'manifest_path', 'string'),
    required(501, 'manifest_length', 'long'),
    required(502, 'partition_spec_id', 'int'),
    required(517, 'content', 'int'),
    required(515, 'sequence_number', 'long'),
    required(516, 'min_sequence_number', 'long'),
    required(503, 'added_snapshot_id', 'long'),
    required(504, 'added_files_count', 'int'),
    required(505, 'existing_files_count', 'int'),
    required(506, 'deleted_files_count', 'int'),
    required(512, 'added_rows_count', 'long'),
    required(513, 'existing_rows_count', 'long'),
    required(514, 'deleted_rows_count', 'long'),
    optional(
      507,
      'partitions',
      list(508, {
        type: 'record',
        name: 'r508',
        fields: [
          required(509, 'contains_null', 'boolean'),
          optional(518, 'contains_nan', 'boolean'),
          optional(510, 'lower_bound', 'bytes'),
          optional(511, 'upper_bound', 'bytes'),
        ],
      }),
    ),
    optional(519, 'key_metadata', 'bytes'),
  ],
}
