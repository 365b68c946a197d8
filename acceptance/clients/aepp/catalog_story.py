"""Datasets, batches, files and labels with aepp as it comes from PyPI.

Reads a world (where the server is, who the client is, what has landed) as JSON from standard input, and writes what
every chapter saw as JSON to standard output. A chapter that raises leaves its traceback instead.
"""

import contextlib
import json
import sys
import traceback

import aepp


def configure(world):
    aepp.configure(
        org_id=world["orgId"],
        client_id=world["clientId"],
        secret=world["clientSecret"],
        scopes=world["scopes"],
        environment="support",
        endpoint=world["endpoint"],
    )
    aepp.config.config_object["oauthTokenEndpointV2"] = f"{world['endpoint']}/ims/token/v3"


def rows_of(frame):
    """A table as rows that JSON can hold."""
    return json.loads(frame.reset_index().to_json(orient="records"))


def tell_datasets(world):
    from aepp.catalog import Catalog

    catalog = Catalog()
    # Sixty a page: more than one page, and its client skips a dataset at each turn.
    raw = catalog.getDataSets(limit=world["pageSize"])
    frame = catalog.getDataSets(output="df")
    made = catalog.createDataSet(name="made by aepp", schemaId=world["schemaId"], unifiedTags=["a"])
    dataset_id = made[0].split("/")[-1]
    one = catalog.getDataSet(dataset_id)
    views = catalog.getDataSetViews(dataset_id)
    view_id = next(iter(views))
    landed_view = next(iter(catalog.getDataSetViews(world["datasetId"])))
    return {
        "ids": list(raw),
        "frame": len(frame),
        "infos": rows_of(catalog.getDatasetsInfos()),
        "tables": catalog.data.table_names,
        "made": made,
        "one": one,
        "observable": catalog.getDataSetObservableSchema(dataset_id, appendDatasetInfo=True),
        "views": views,
        "view": catalog.getDataSetView(dataset_id, view_id),
        "viewFiles": list(catalog.getDataSetViewFiles(world["datasetId"], landed_view)),
        "profileRefused": catalog.enableDatasetProfile(dataset_id),
        "identity": catalog.enableDatasetIdentity(dataset_id),
        "validation": catalog.disableDatasetValidationContext(dataset_id),
        "patched": catalog.patchDataset(dataset_id, {"description": "patched by aepp"}),
        "ttl": catalog.setDatasetTTL(dataset_id, "P3M"),
        "put": catalog.putDataset(
            dataset_id,
            {"name": "put by aepp", "schemaRef": one[dataset_id]["schemaRef"], "tags": {"kept": ["1"]}},
        ),
        "after": catalog.getDataSet(dataset_id)[dataset_id],
        "unknown": catalog.getDataSet("5c8c3c555033b814b69f947f"),
        "deleted": catalog.deleteDataSet(dataset_id),
        "gone": catalog.getDataSet(dataset_id),
    }


def tell_batches(world):
    from aepp.catalog import Catalog

    catalog = Catalog()
    made = catalog.createBatch(
        {"status": "processing", "relatedObjects": [{"type": "dataSet", "id": world["datasetId"]}]}
    )
    failed = catalog.getFailedBatchesDF(limit=100)
    return {
        "made": made,
        "batches": rows_of(catalog.getBatches(limit=5, output="dataframe", orderBy="desc:created"))[0],
        "all": list(catalog.getBatches(limit=2, n_results="inf")),
        "filtered": list(catalog.getBatches(dataSet=world["datasetId"], status="success")),
        "one": catalog.getBatch(world["batchId"]),
        "last": catalog.getLastBatches(dataSetId=world["datasetId"]),
        "failed": rows_of(failed),
        "mapperErrors": rows_of(catalog.getMapperErrors()),
        "active": catalog.findActiveBatch(world["batchId"]),
    }


def tell_files(world):
    from aepp.dataaccess import DataAccess

    access = DataAccess()
    files = access.getBatchFiles(world["batchId"])
    file_id = files[0]["dataSetFileId"]
    described = access.getFiles(file_id)
    name = described["data"][0]["name"]
    frame = access.transformDataToDataFrame(access.getFiles(file_id, path=name))
    head = access.getHeadFile(file_id, name)
    return {
        "files": files,
        "described": described,
        "rows": len(frame),
        "columns": list(frame.columns),
        "ids": sorted(int(row["id"]) for row in frame["_headwater"]),
        "head": head,
        "preview": access.getPreview(world["datasetId"]),
        "meta": access.getBatchMeta(world["failedBatchId"]),
        "rowErrors": access.getBatchMeta(world["failedBatchId"], path="row_errors"),
        "failed": access.getBatchFailed(world["failedBatchId"]),
        "unknown": access.getBatchFiles("01HZY8K0Q2V5W6X7Y8Z9A0B1C2"),
    }


def etag_of(labels, dataset_id):
    """headLabels loses the headers that it got, by a slip of its connector: they are read beside it."""
    assert labels.headLabels(dataset_id) == {}
    path = f"{labels.endpoint}/datasets/{dataset_id}/labels"
    return labels.connector.getData(path, format="raw").headers["etag"]


def tell_labels(world):
    from aepp.datasets import DataSets

    labels = DataSets()
    dataset_id = world["datasetId"]
    none = labels.getLabelSchemaTests(dataset_id)
    made = labels.createLabels(dataset_id, {"labels": ["C1"], "optionalLabels": []})
    etag = etag_of(labels, dataset_id)
    replaced = labels.updateLabels(dataset_id, {"labels": ["C2"]}, etag)
    stale = labels.updateLabels(dataset_id, {"labels": ["C3"]}, etag)
    return {
        "none": none,
        "made": made,
        "replaced": replaced,
        "stale": stale,
        "read": labels.getLabelSchemaTests(dataset_id),
        "deleted": labels.deleteLabels(dataset_id, etag_of(labels, dataset_id)),
    }


def tell_metrics(world):
    from aepp.observability import Observability

    return Observability().createMetricsReport(
        {
            "start": "2020-01-01T00:00:00Z",
            "end": "2100-01-01T00:00:00Z",
            "granularity": "year",
            "metrics": [
                {
                    "name": "timeseries.ingestion.dataset.recordsuccess.count",
                    "filters": [{"name": "dataSetId", "value": world["datasetId"], "groupBy": True}],
                    "aggregator": "sum",
                    "downsample": "sum",
                }
            ],
        }
    )


CHAPTERS = {
    "datasets": tell_datasets,
    "batches": tell_batches,
    "files": tell_files,
    "labels": tell_labels,
    "metrics": tell_metrics,
}


def tell(chapter, world):
    try:
        return chapter(world)
    except Exception:
        return {"raised": traceback.format_exc()}


def main():
    world = json.load(sys.stdin)
    # aepp prints remarks of its own.
    with contextlib.redirect_stdout(sys.stderr):
        configure(world)
        story = {name: tell(chapter, world) for name, chapter in CHAPTERS.items()}
    json.dump(story, sys.stdout, default=str)


main()
