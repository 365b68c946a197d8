#!/usr/bin/env bash
# Builds versitygw, the S3 server that tests of several servers speak to, where Go is: outside of the checkout, once.
# Without Go, or without its modules, those tests speak to the server of the testkit, and say so.
set -euo pipefail

version=1.8.0
folder="${TMPDIR:-/tmp}/headwater-tools-$(id -u)"
program="$folder/versitygw-$version"
[ ! -x "$program" ] || exit 0

go=$(command -v go || echo /usr/local/go/bin/go)
if [ ! -x "$go" ]; then
  echo 'no Go here: tests speak to an S3 server of their own' >&2
  exit 0
fi
mkdir -p "$folder/build"
if GOBIN="$folder/build" GOFLAGS=-mod=mod CGO_ENABLED=0 nice timeout "${1:-300}" \
  "$go" install "github.com/versity/versitygw/cmd/versitygw@v$version" >"$folder/build.log" 2>&1; then
  mv "$folder/build/versitygw" "$program"
else
  echo "versitygw can not be built here ($folder/build.log): tests speak to an S3 server of their own" >&2
fi
