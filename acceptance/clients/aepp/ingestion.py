"""Batch ingestion, told with aepp as it comes from PyPI.

Reads a world (where the server is, who the client is, a dataset) as JSON from standard input, and writes what every
method returned as JSON to standard output.
"""

import contextlib
import json
import sys
import time

from aepp.catalog import Catalog
from aepp.ingestion import DataIngestion

from configured import configure

PATIENCE_S = 45


def tell(world):
    ingestion = DataIngestion()
    catalog = Catalog()
    dataset = world["datasetId"]
    told = {}
    told["created"] = ingestion.createBatch(dataset, enableDiagnostic=True, partialIngestionPercentage=50)
    batch = told["created"]["id"]
    told["uploaded"] = ingestion.uploadSmallFile(batch, dataset, "rows.json", world["records"])
    told["previewed"] = ingestion.getPreviewBatchDataset(batch, dataset, nrow=2)
    told["finished"] = ingestion.uploadSmallFileFinish(batch)
    told["ended"] = ended(catalog, batch)

    told["large"] = large_file(ingestion, catalog, dataset)

    replaying = ingestion.replayBatch(dataset, [batch])
    ingestion.uploadSmallFile(replaying["id"], dataset, "again.json", world["replacement"])
    ingestion.uploadSmallFileFinish(replaying["id"])
    told["replayed"] = ended(catalog, replaying["id"])
    told["replaced"] = catalog.getBatch(batch)[batch]

    told["deleted"] = ingestion.deleteBatch(told["large"]["ended"]["id"])
    told["reverted"] = catalog.getBatch(told["large"]["ended"]["id"])

    failing = ingestion.createBatch(dataset)
    ingestion.uploadSmallFile(failing["id"], dataset, "wrong.json", world["wrong"])
    ingestion.uploadSmallFileFinish(failing["id"])
    told["failed"] = ended(catalog, failing["id"])
    told["failedBatches"] = catalog.getFailedBatchesDF().reset_index().to_dict("records")
    told["mapperErrors"] = catalog.getMapperErrors().reset_index().to_dict("records")
    return told


def large_file(ingestion, catalog, dataset):
    batch = ingestion.createBatch(dataset)["id"]
    text = '{"_headwater": {"id": 100, "note": "of two pieces"}}\n'
    path = "large/rows.json"
    told = {"began": ingestion.uploadLargeFileStartEnd(batch, dataset, path)}
    told["pieces"] = [
        ingestion.uploadLargeFilePart(batch, dataset, path, text[:20].encode(), "bytes 0-19/*"),
        ingestion.uploadLargeFilePart(batch, dataset, path, text[20:].encode(), f"bytes 20-{len(text) - 1}/*"),
    ]
    told["completed"] = ingestion.uploadLargeFileStartEnd(batch, dataset, path, action="COMPLETE")
    ingestion.uploadSmallFileFinish(batch)
    told["ended"] = ended(catalog, batch)
    return told


def ended(catalog, batch):
    """The batch when it has come to its end."""
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        found = catalog.getBatch(batch)[batch]
        if found["status"] in ("success", "failed"):
            return found
        time.sleep(0.05)
    raise TimeoutError(f"the batch {batch} did not end")


def main():
    world = json.load(sys.stdin)
    # aepp prints remarks of its own.
    with contextlib.redirect_stdout(sys.stderr):
        configure(world)
        told = tell(world)
    json.dump(told, sys.stdout, default=str)


main()
