"""Reads one Iceberg table by the path of its metadata file, row by row, and prints for each row whose field `id` is below
a number the MD5 of each field of the column _headwater: of texts in UTF-8, of bytes as they are; null where there is none.

Needs pyiceberg and pyarrow. Takes a JSON object with `metadata`, `fields` and `below` on standard input.
"""

import hashlib
import json
import sys
from urllib.parse import urlparse

import pyarrow.parquet as pq
from pyiceberg.table import StaticTable


def digest(scalar):
    if not scalar.is_valid:
        return None
    return hashlib.md5(scalar.as_buffer()).hexdigest()


task = json.load(sys.stdin)
found = {}
for planned in StaticTable.from_metadata(task["metadata"]).scan().plan_files():
    file = pq.ParquetFile(urlparse(planned.file.file_path).path)
    for batch in file.iter_batches(batch_size=1, columns=["_headwater"]):
        row = batch.column(0)[0]
        number = row["id"].as_py()
        if number < task["below"]:
            found[number] = [digest(row[name]) for name in task["fields"]]
json.dump([[number, *found[number]] for number in sorted(found)], sys.stdout)
