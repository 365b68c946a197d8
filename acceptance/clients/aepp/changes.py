"""Objects that are changed after they were made: patches, actions, further runs."""

from aepp.flowservice import FlowService


def tell(world, story):
    service = FlowService()
    made = story["journey"]
    base_id, flow_id = made["base"]["id"], made["flow"]["id"]
    return {
        "connection": patched_connection(service, base_id),
        "flow": updated(service.getFlow, service.updateFlow, flow_id),
        "source": updated(service.getSourceConnection, service.updateSourceConnection, made["source"]["id"]),
        "target": updated(service.getTargetConnection, service.updateTargetConnection, made["target"]["id"]),
        "stale": service.updateFlow(flow_id, made["flow"]["etag"], rename("never")),
        "policy": with_policy(service, flow_id),
        "actions": acted(service, flow_id),
        "run": run_again(service, flow_id),
    }


def rename(name):
    return [{"op": "Replace", "path": "/name", "value": name}]


def patched_connection(service, connection_id):
    before = service.getConnection(connection_id)
    answer = service.patchConnection(connection_id, rename("aepp source, renamed"))
    return {"before": before, "answer": answer, "after": service.getConnection(connection_id)}


def updated(get, update, identifier):
    before = get(identifier)
    answer = update(identifier, before["etag"], rename(f"{before['name']}, renamed"))
    return {"before": before, "answer": answer, "after": get(identifier)}


def with_policy(service, flow_id):
    """What `updatePolicy` sends; the method itself forgets the etag and raises before it calls."""
    operation = [{"op": "add", "path": "/policy", "value": {"enforcementRefs": ["policy-1"]}}]
    service.updateFlow(flow_id, service.getFlow(flow_id)["etag"], operation)
    return service.getFlow(flow_id)["policy"]


def acted(service, flow_id):
    """Each action with its answer and the state that follows."""
    seen = []
    for action in ["disable", "disable", "enable", "DISABLE", "ENABLE", "nonsense"]:
        answer = service.postFlowAction(flow_id, action)
        flow = service.getFlow(flow_id)
        seen.append({"action": action, "answer": answer, "state": flow["state"], "etag": flow["etag"]})
    return seen


def run_again(service, flow_id):
    made = service.createRun(flow_id)
    windowed = service.createRun(
        flow_id, params={"startTime": "1663735590", "windowStartTime": "1651584991", "windowEndTime": "1663735590"}
    )
    return {"made": made, "read": service.getRun(made["id"]), "windowed": windowed}
