"""Sling's program, as its package on PyPI carries it: the wrapper would fetch another one."""
import os
import sys

from sling_linux_amd64 import SLING_BIN

table, out = sys.argv[1:3]
os.chmod(SLING_BIN, 0o755)
options = '{"format": "parquet", "compression": "zstd"}'
target = f"file://{out}/{table}.parquet"
os.environ["SLING_ALLOW_EMPTY"] = "true"
os.execv(
    SLING_BIN,
    ["sling", "run", "--src-conn", "BENCH_SOURCE", "--src-stream", f"public.{table}",
     "--tgt-object", target, "--tgt-options", options],
)
