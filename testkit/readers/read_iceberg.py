"""Reads an Iceberg table by the path of its metadata file and prints what it holds, as JSON.

    python3 read_iceberg.py <metadata.json> [--filter "id >= 10"] [--snapshot <id>] [--plan "n == 3"]... [--rows]

Needs pyiceberg and pyarrow. Values are printed as texts; a column with parts is told by its parts. Each --plan tells which files a filter leaves to be read. --rows prints the rows
themselves, maps as objects.
"""

import argparse
import json

import pyarrow as pa
import pyarrow.compute as pc
from pyiceberg.table import StaticTable

ORDERED = (
    pa.types.is_integer,
    pa.types.is_floating,
    pa.types.is_decimal,
    pa.types.is_temporal,
    pa.types.is_string,
    pa.types.is_large_string,
    pa.types.is_boolean,
)


def is_summable(kind):
    return pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind)


def describe(column):
    column = column.combine_chunks()
    if isinstance(column, pa.ExtensionArray):
        column = column.storage
    kind = column.type
    told = {"type": str(kind), "values": len(column) - column.null_count, "nulls": column.null_count}
    if pa.types.is_struct(kind):
        told["fields"] = {
            kind.field(index).name: describe(pa.chunked_array([pc.struct_field(column, index)]))
            for index in range(kind.num_fields)
        }
    elif pa.types.is_map(kind):
        told["keys"] = describe(pa.chunked_array([column.keys]))
        told["items"] = describe(pa.chunked_array([column.items]))
    elif pa.types.is_list(kind) or pa.types.is_large_list(kind):
        told["elements"] = describe(pa.chunked_array([pc.list_flatten(column)]))
    elif any(test(kind) for test in ORDERED):
        extremes = pc.min_max(column).as_py()
        told["min"], told["max"] = str(extremes["min"]), str(extremes["max"])
        if is_summable(kind):
            told["sum"] = str(pc.sum(column).as_py())
    else:
        told["distinct"] = pc.count_distinct(column).as_py()
    return told


def as_json(kind, value):
    """A value as JSON, by its type: a map comes as pairs."""
    if value is None:
        return None
    if pa.types.is_struct(kind):
        return {field.name: as_json(field.type, value[field.name]) for field in kind}
    if pa.types.is_map(kind):
        return {key: as_json(kind.item_type, item) for key, item in value}
    if pa.types.is_list(kind) or pa.types.is_large_list(kind):
        return [as_json(kind.value_type, item) for item in value]
    return value if isinstance(value, (bool, int, float, str)) else str(value)


def rows_of(table):
    columns = [[as_json(field.type, value) for value in table.column(field.name).to_pylist()] for field in table.schema]
    return [dict(zip(table.column_names, row)) for row in zip(*columns)]


def files_of(scan):
    return sorted(task.file.file_path for task in scan.plan_files())


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("metadata")
    parser.add_argument("--filter")
    parser.add_argument("--snapshot", type=int)
    parser.add_argument("--plan", action="append", default=[])
    parser.add_argument("--rows", action="store_true")
    arguments = parser.parse_args()

    table = StaticTable.from_metadata(arguments.metadata)
    options = {"snapshot_id": arguments.snapshot}
    if arguments.filter:
        options["row_filter"] = arguments.filter
    scan = table.scan(**options)
    rows = scan.to_arrow()
    snapshot = table.current_snapshot()
    print(
        json.dumps(
            {
                "rows": rows.num_rows,
                "columns": {name: describe(rows.column(name)) for name in rows.column_names},
                "data": rows_of(rows) if arguments.rows else None,
                "plannedFiles": files_of(scan),
                "plans": {text: files_of(table.scan(row_filter=text)) for text in arguments.plan},
                "snapshots": [str(known.snapshot_id) for known in table.metadata.snapshots],
                "summary": snapshot and {"operation": snapshot.summary.operation.value, **snapshot.summary.additional_properties},
            }
        )
    )


if __name__ == "__main__":
    main()
