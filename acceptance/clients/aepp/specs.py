"""Which systems there are, and which flows."""

from aepp.flowservice import FlowService


def tell(world, story):
    service = FlowService()
    by_name = service.getConnectionSpecsMap()
    postgres = service.getConnectionSpecIdFromName("postgre-sql")
    return {
        "postgres": postgres,
        "lake": service.getConnectionSpecIdFromName("datalake"),
        "names": [spec["name"] for spec in service.getConnectionSpecs()],
        "mapped": len(by_name),
        "spec": service.getConnectionSpec(postgres)["items"][0],
        "flowSpecs": [spec["name"] for spec in service.getFlowSpecs()],
        "named": [spec["id"] for spec in service.getFlowSpecs(prop='name=="CRMToAEP"')],
        "flowSpecId": service.getFlowSpecIdFromNames("CRMToAEP", "postgre-sql", "datalake"),
        "frequency": service.getFlowSpec(by_flow_name(service))["attributes"]["frequency"],
        "exportable": service.getExportableDatasets(postgres),
    }


def by_flow_name(service):
    return service.getFlowSpecIdFromNames("CRMToAEP")
