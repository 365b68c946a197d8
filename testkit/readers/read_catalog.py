"""Attaches an Iceberg REST catalog as an engine does, and prints what it finds, as JSON.

    python3 read_catalog.py <uri> <namespace> <table> [<property>=<value>]...

Needs pyiceberg and pyarrow. Properties are those of the catalog: credential, token, s3.access-key-id, header.x-…
"""

import json
import sys

from pyiceberg.catalog import load_catalog
from pyiceberg.exceptions import RESTError

uri, namespace, name, *properties = sys.argv[1:]
told = {}
try:
    catalog = load_catalog(
        "headwater", **{"type": "rest", "uri": uri, **dict(each.split("=", 1) for each in properties)}
    )
    told["namespaces"] = [list(each) for each in catalog.list_namespaces()]
    told["tables"] = [list(each) for each in catalog.list_tables(namespace)]
    told["isThere"] = catalog.table_exists((namespace, name))
    told["isNowhere"] = catalog.table_exists((namespace, "nowhere"))
    table = catalog.load_table((namespace, name))
    told["location"] = table.metadata_location
    rows = table.scan().to_arrow()
    told["rows"] = rows.num_rows
    told["columns"] = rows.column_names
    try:
        catalog.create_table((namespace, "mine"), rows.schema)
    except Exception as error:
        told["create"] = [type(error).__name__, str(error)]
except RESTError as error:
    told["error"] = [type(error).__name__, str(error)]
print(json.dumps(told))
