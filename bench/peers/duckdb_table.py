"""DuckDB with its postgres extension, which PyPI carries: nothing is fetched when it runs."""
import os
import shutil
import sys
from pathlib import Path

import duckdb
import duckdb_extension_postgres

table, out = sys.argv[1:3]
packed = next(Path(duckdb_extension_postgres.__file__).parent.rglob("*.duckdb_extension"))
# DuckDB takes the name of the function that it calls first from that of the file.
extension = shutil.copy(packed, f"{out}/postgres_scanner.duckdb_extension")
connection = duckdb.connect(config={"allow_unsigned_extensions": "true"})
connection.execute(f"load '{extension}'")
connection.execute(f"attach '{os.environ['BENCH_SOURCE']}' as source (type postgres, read_only)")
connection.execute(
    f"copy (select * from source.public.{table}) to '{out}/{table}.parquet' (format parquet, compression zstd)"
)
