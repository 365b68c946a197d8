#!/bin/sh
# Makes the environments of the peers, outside of the checkout: $BENCH_PEERS, or ~/.cache/headwater-bench.
# One that can't be had is left out; the bench names it and says why.
set -u
home="${BENCH_PEERS:-$HOME/.cache/headwater-bench}"

make() {
  name="$1"
  shift
  python3 -m venv "$home/$name" && "$home/$name/bin/pip" install --quiet "$@" || echo "NOT INSTALLED: $name" >&2
}

make peers connectorx==0.4.6 pyarrow==26.0.1 adbc-driver-postgresql==1.13.0 dlt==1.31.0 SQLAlchemy==2.1.9 \
  psycopg2-binary==2.9.13 fsspec==2026.9.0
make duckdb duckdb==1.5.5 duckdb-extension-postgres==1.5.5
make sling sling-linux-amd64==1.4.11
make ingestr ingestr==1.1.76
