"""ingestr's wrapper, which fetches the program itself when it first runs."""
import os
import sys

table, out = sys.argv[1:3]
ingestr = os.path.join(os.path.dirname(sys.executable), "ingestr")
source = os.environ["BENCH_SOURCE"].replace("postgres://", "postgresql://")
os.execv(
    ingestr,
    [ingestr, "ingest", "--yes", "--source-uri", source, "--source-table", f"public.{table}",
     "--dest-uri", f"file://{out}", "--dest-table", f"{table}.parquet"],
)
