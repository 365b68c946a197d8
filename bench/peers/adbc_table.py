"""ADBC's PostgreSQL driver to pyarrow, batch by batch. It hands numerics out as text; the cast makes them exact."""
import os
import sys

import adbc_driver_postgresql.dbapi as adbc
import pyarrow as pa
import pyarrow.parquet as pq

table, out = sys.argv[1:3]
NUMERICS = """
select attname, (atttypmod - 4) >> 16, (atttypmod - 4) & 65535 from pg_attribute
 where attrelid = 'public.%s'::regclass and atttypid = 'numeric'::regtype and atttypmod > 0"""


def storage(kind):
    return kind.storage_type if isinstance(kind, pa.BaseExtensionType) else kind


with adbc.connect(os.environ["BENCH_SOURCE"]) as connection, connection.cursor() as cursor:
    cursor.execute(NUMERICS % table)
    decimals = {name: pa.decimal128(digits, scale) for name, digits, scale in cursor.fetchall()}
    cursor.execute(f"select * from public.{table}")
    reader = cursor.fetch_record_batch()
    schema = pa.schema([(f.name, decimals.get(f.name, storage(f.type))) for f in reader.schema])
    with pq.ParquetWriter(f"{out}/{table}.parquet", schema, compression="zstd") as writer:
        for batch in reader:
            plain = [c.storage if isinstance(c, pa.ExtensionArray) else c for c in batch.columns]
            columns = [column.cast(field.type) for column, field in zip(plain, schema)]
            writer.write_batch(pa.record_batch(columns, schema=schema))
