"""Reads many Iceberg tables in one go.

    python3 read_iceberg_rows.py < '["<metadata.json>", ...]'

Prints a list of {"data": rows with numbers as texts, "types": {field: type}, "recorded": rows that the snapshot tells of} or {"error": text}, in the order of
the paths. Needs pyiceberg and pyarrow.
"""

import json
import sys

from pyiceberg.table import StaticTable
from read_iceberg import rows_of


def as_texts(value):
    """Readers in other languages have numbers of 53 bits."""
    if isinstance(value, dict):
        return {name: as_texts(member) for name, member in value.items()}
    if isinstance(value, list):
        return [as_texts(item) for item in value]
    return str(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else value


def read(path):
    try:
        table = StaticTable.from_metadata(path)
        snapshot = table.current_snapshot()
        return {
            "data": as_texts(rows_of(table.scan().to_arrow())),
            "types": {name: str(table.schema().find_type(name)) for name in table.schema().column_names},
            "recorded": None if snapshot is None else int(snapshot.summary.additional_properties["total-records"]),
        }
    except Exception as error:  # told, so that one table does not hide the others
        return {"error": f"{type(error).__name__}: {error}"}


if __name__ == "__main__":
    print(json.dumps([read(path) for path in json.load(sys.stdin)]))
