"""dlt's sql_table into Parquet files of a local folder, with the backend that is named last."""
import os
import sys

table, out, backend = sys.argv[1:4]
os.environ.update({"RUNTIME__DLTHUB_TELEMETRY": "false", "RUNTIME__LOG_LEVEL": "ERROR"})

import dlt  # noqa: E402
from dlt.sources.sql_database import sql_table  # noqa: E402

url = os.environ["BENCH_SOURCE"].replace("postgres://", "postgresql://")
resource = sql_table(
    credentials=url.replace("postgresql://", "postgresql+psycopg2://"),
    schema="public",
    table=table,
    backend=backend,
    chunk_size=100_000,
    reflection_level="full_with_precision",
    backend_kwargs={"conn": url, "return_type": "arrow_stream"} if backend == "connectorx" else {},
)
# What dlt keeps of its own work beside what has landed must not be counted.
pipeline = dlt.pipeline(
    "bench",
    pipelines_dir=f"{out}-work",
    destination=dlt.destinations.filesystem(bucket_url=f"file://{out}"),
    dataset_name="bench",
)
pipeline.run(resource, loader_file_format="parquet", write_disposition="replace")
