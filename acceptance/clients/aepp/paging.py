"""Lists that are longer than two pages, by each of aepp's two ways to the next page."""

import time

from aepp.flowservice import FlowService

import journey

COUNT = 5
PAGE = 2
DAY_S = 86_400


def tell(world, story):
    service = FlowService()
    made = story["journey"]
    bases = [service.createConnection(data=journey.base_connection(world, f"page {n}")) for n in range(COUNT)]
    described = made["explored"]["table"]
    sources = [
        service.createSourceConnection(journey.source_connection(world, made["base"]["id"], described))
        for _ in range(COUNT)
    ]
    targets = [
        service.createTargetConnection(f"page {n}", world["lakeSpecId"], made["datasetId"]) for n in range(COUNT)
    ]
    flows = [create_flow(service, made, n, sources[n], targets[n]) for n in range(COUNT)]
    runs = [service.createRun(flows[0]["id"]) for _ in range(COUNT)]
    return {
        "connections": pages(bases, service.getConnections(limit=PAGE, n_results="inf")),
        "flows": pages(flows, service.getFlows(limit=PAGE, n_results="inf")),
        "runs": pages(runs, service.getRuns(limit=PAGE, n_results="inf", prop=f"flowId=={flows[0]['id']}")),
        "sourceConnections": pages(sources, service.getSourceConnections(n_results="inf", limit=PAGE)),
        "targetConnections": pages(targets, service.getTargetConnections(n_results="inf", limit=PAGE)),
        "filtered": [flow["id"] for flow in filtered(service, sources[1]["id"])],
        "onlySources": len(service.getFlows(limit=PAGE, n_results="inf", onlySources=True)),
        "onlyDestinations": service.getFlows(onlyDestinations=True),
        "projected": service.getFlows(limit=PAGE, n_results="inf", prop="id,name"),
        "count": service.getConnections(count=True),
        "counted": service.getConnections(limit=None, count=True),
        "upsFlows": service.getUPSFlows(),
    }


def create_flow(service, made, number, source, target):
    body = journey.flow_body(
        f"page {number}", source["id"], target["id"], made["mapping"]["id"], start_time=time.time() + DAY_S
    )
    return service.createFlow("", obj=body)


def filtered(service, source_id):
    return service.getFlows(prop=f"sourceConnectionIds[]=={source_id}")


def pages(created, listed):
    return {"created": [entity["id"] for entity in created], "listed": [entity["id"] for entity in listed]}
