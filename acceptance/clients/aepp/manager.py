"""aepp's manager of one flow, which asks four services at its birth."""

from aepp.flowservice import FlowManager, FlowService

import journey


def tell(world, story):
    made = story["journey"]
    flow_id = made["flow"]["id"]
    manager = FlowManager(flow_id)
    summary = manager.summary()
    second = journey.create_mapping(made["schemaId"], version="!")
    answer = manager.updateFlowMapping(second["id"])
    fresh = FlowManager(flow_id)
    return {
        "summary": summary,
        "type": manager.flowType,
        "datasetId": manager.datasetId,
        "text": str(manager),
        "parts": {
            "flowSpec": manager.getFlowSpec()["name"],
            "source": manager.getSourceConnection()["id"],
            "sourceSpec": manager.getConnectionSpec()["items"][0]["name"],
            "target": manager.getTargetConnection()["id"],
            "mapping": manager.getMapping()["id"],
        },
        "runs": manager.getRuns(prop=["metrics.statusSummary.status==success"]),
        "secondMappingId": second["id"],
        "answer": answer,
        "transformations": FlowService().getFlow(flow_id)["transformations"],
        "renamed": fresh.updateFlow([{"op": "add", "path": "/description", "value": "by the manager"}]),
        "description": FlowService().getFlow(flow_id)["description"],
    }
