"""From credentials to rows in the lake: the whole tutorial."""

import time

from aepp.catalog import Catalog
from aepp.dataprep import DataPrep
from aepp.flowservice import FlowService
from aepp.schema import Schema

PATIENCE_S = 45


def tell(world, story):
    service = FlowService()
    base = service.createConnection(data=base_connection(world, "aepp source"))
    schema_id = create_schema()
    dataset_id = create_dataset(schema_id)
    mapping = create_mapping(schema_id)
    explored = explore(service, base["id"], world["table"])
    source = service.createSourceConnection(source_connection(world, base["id"], explored["table"]))
    target = service.createTargetConnectionDataLake("aepp target", dataset_id, schema_id, format="parquet_xdm")
    flow = service.createFlow("", obj=flow_body("aepp flow", source["id"], target["id"], mapping["id"]))
    return {
        "base": base,
        "tested": service.connectionTest(base["id"]),
        "read": service.getConnection(base["id"]),
        "explored": explored,
        "schemaId": schema_id,
        "datasetId": dataset_id,
        "mapping": mapping,
        "source": source,
        "sourceRead": service.getSourceConnection(source["id"]),
        "target": target,
        "targetRead": service.getTargetConnection(target["id"]),
        "flow": flow,
        "runs": finished_runs(service, flow["id"]),
        "flowRead": service.getFlow(flow["id"]),
    }


def base_connection(world, name):
    return {
        "name": name,
        "auth": {"specName": "Basic Authentication", "params": world["source"]},
        "connectionSpec": {"id": "74a1c565-4e59-48d7-9d67-7c03b8a13137", "version": "1.0"},
    }


def create_schema():
    """A class, a field group and a schema of one's own, by aepp's schema module."""
    registry = Schema()
    made = registry.createClass(title="aepp orders class", class_template="https://ns.adobe.com/xdm/data/record")
    group = registry.createFieldGroup(
        {
            "type": "object",
            "title": "aepp orders fields",
            "meta:intendedToExtend": [made["$id"]],
            "definitions": {
                "customFields": {
                    "type": "object",
                    "properties": {registry_namespace(registry): {"type": "object", "properties": FIELDS}},
                }
            },
            "allOf": [{"$ref": "#/definitions/customFields"}],
        }
    )
    schema = registry.createSchema(
        {
            "type": "object",
            "title": "aepp orders",
            "allOf": [{"$ref": made["$id"]}, {"$ref": group["$id"]}],
        }
    )
    return schema["$id"]


FIELDS = {
    "id": {"type": "integer", "meta:xdmType": "long"},
    "city": {"type": "string"},
    "placedAt": {"type": "string", "format": "date-time"},
}


def registry_namespace(registry):
    return f"_{registry.getTenantId()}"


def create_dataset(schema_id):
    made = Catalog().createDataSet(name="aepp orders", schemaId=schema_id)
    return made[0].split("/")[-1]


def create_mapping(schema_id, version=""):
    namespace = registry_namespace(Schema())
    return DataPrep().createMappingSet(
        schemaId=schema_id,
        mappingList=[
            {"sourceType": "ATTRIBUTE", "source": "id", "destination": f"{namespace}.id"},
            {"sourceType": "EXPRESSION", "source": f'concat(city, "{version}")', "destination": f"{namespace}.city"},
            {"sourceType": "ATTRIBUTE", "source": "placed_at", "destination": f"{namespace}.placedAt"},
        ],
    )


def explore(service, connection_id, table):
    """aepp has no method for it; its users call the address through the library."""
    address = f"{service.endpoint}/connections/{connection_id}/explore"
    return {
        "root": service.getResource(address, params={"objectType": "root"}),
        "table": service.getResource(address, params={"objectType": "table", "object": table}),
        "preview": service.getResource(
            address, params={"objectType": "table", "object": table, "preview": True, "previewCount": 2}
        ),
    }


def source_connection(world, base_id, described):
    return {
        "name": "aepp table",
        "baseConnectionId": base_id,
        "data": {"format": "tabular"},
        "params": {"tableName": world["table"], "columns": described["schema"]["columns"]},
        "connectionSpec": {"id": "74a1c565-4e59-48d7-9d67-7c03b8a13137", "version": "1.0"},
    }


def flow_body(name, source_id, target_id, mapping_id, start_time=None):
    """`start_time` in epoch seconds; text, as the tutorial sends it."""
    return {
        "name": name,
        "flowSpec": {"id": "14518937-270c-4525-bdec-c2ba7cce3860", "version": "1.0"},
        "sourceConnectionIds": [source_id],
        "targetConnectionIds": [target_id],
        "transformations": [
            {"name": "Copy", "params": {"deltaColumn": {"name": "placed_at", "dateFormat": "YYYY-MM-DD"}}},
            {"name": "Mapping", "params": {"mappingId": mapping_id, "mappingVersion": 0}},
        ],
        "scheduleParams": {
            "startTime": str(int(start_time or time.time())),
            "frequency": "minute",
            "interval": "15",
            "backfill": "true",
        },
    }


def finished_runs(service, flow_id):
    """Asks for the runs until the newest has ended."""
    deadline = time.monotonic() + PATIENCE_S
    while True:
        runs = service.getRuns(limit=10, prop=[f"flowId=={flow_id}"])
        status = runs[0].get("metrics", {}).get("statusSummary", {}).get("status") if runs else None
        if status in ("success", "failed") or time.monotonic() > deadline:
            return runs
        time.sleep(0.2)
