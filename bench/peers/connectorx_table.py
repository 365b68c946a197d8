"""ConnectorX to Arrow, over two connections where there is a column to cut by; then pyarrow to Parquet."""
import os
import sys

import connectorx as cx
import pyarrow.parquet as pq

table, out = sys.argv[1:3]
CUT_BY = {"lineitem": "l_orderkey", "events": "bucket", "flights": "id"}
cut = {"partition_on": CUT_BY[table], "partition_num": 2} if table in CUT_BY else {}
url = os.environ["BENCH_SOURCE"].replace("postgres://", "postgresql://")
landed = cx.read_sql(url, f"select * from public.{table}", return_type="arrow", **cut)
pq.write_table(landed, f"{out}/{table}.parquet", compression="zstd")
