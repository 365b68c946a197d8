"""Everything is deleted again: flows, their ends, then the connections."""

from aepp.flowservice import FlowService


def tell(world, story):
    service = FlowService()
    return {
        "flows": [service.deleteFlow(flow["id"]) for flow in service.getFlows(n_results="inf")],
        "sources": [service.deleteSourceConnection(one["id"]) for one in service.getSourceConnections(n_results="inf")],
        "targets": [service.deleteTargetConnection(one["id"]) for one in service.getTargetConnections(n_results="inf")],
        "connections": [service.deleteConnection(one["id"]) for one in service.getConnections(n_results="inf")],
        "left": len(service.getFlows()) + len(service.getConnections()) + len(service.getSourceConnections()),
        "again": service.deleteFlow(story["journey"]["flow"]["id"]),
    }
