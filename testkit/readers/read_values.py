"""Reads Iceberg tables by the paths of their metadata files (a JSON list on standard input) and prints, for each, the
values of the column _headwater of every row, in a form that says what each value is.

Needs pyiceberg and pyarrow.
"""

import json
import math
import sys
from urllib.parse import urlparse

import pyarrow as pa
import pyarrow.parquet as pq
from pyiceberg.table import StaticTable


def float_text(value):
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    return repr(value)


def told(kind, scalar):
    """A pyarrow scalar, without a detour over Python's dates, which end at the year 9999."""
    if not scalar.is_valid:
        return None
    if pa.types.is_struct(kind):
        return {"struct": {field.name: told(field.type, scalar[field.name]) for field in kind}}
    if pa.types.is_map(kind):
        pairs = scalar.values
        keys, items = pairs.field(0), pairs.field(1)
        return {"map": {keys[i].as_py(): told(kind.item_type, items[i]) for i in range(len(keys))}}
    if pa.types.is_list(kind) or pa.types.is_large_list(kind):
        return {"list": [told(kind.value_type, item) for item in scalar.values]}
    if pa.types.is_date32(kind):
        return {"days": scalar.cast(pa.int32()).as_py()}
    if pa.types.is_timestamp(kind):
        of = "timestamp" if kind.tz is None else "timestamptz"
        return {"micros": str(scalar.cast(pa.int64()).as_py()), "of": of}
    if pa.types.is_time64(kind):
        return {"micros": str(scalar.cast(pa.int64()).as_py()), "of": "time"}
    if pa.types.is_boolean(kind):
        return scalar.as_py()
    if pa.types.is_integer(kind):
        return {"int": str(scalar.as_py())}
    if pa.types.is_float32(kind):
        return {"float": float_text(scalar.as_py()), "bits": 32}
    if pa.types.is_float64(kind):
        return {"float": float_text(scalar.as_py()), "bits": 64}
    if pa.types.is_decimal(kind):
        return {"decimal": format(scalar.as_py(), "f")}
    if pa.types.is_binary(kind) or pa.types.is_large_binary(kind) or pa.types.is_fixed_size_binary(kind):
        return {"hex": scalar.as_py().hex()}
    return scalar.as_py()


answers = []
for path in json.load(sys.stdin):
    rows = []
    # pyiceberg says which files there are; pyarrow reads them by itself, because pyiceberg 0.10 makes empty lists of
    # lists of structs that are null when it fits what was read to the schema of the table.
    for task in StaticTable.from_metadata(path).scan().plan_files():
        column = pq.read_table(urlparse(task.file.file_path).path, columns=["_headwater"]).column("_headwater")
        rows += [told(column.type, column[i]) for i in range(len(column))]
    answers.append(rows)
json.dump(answers, sys.stdout)
