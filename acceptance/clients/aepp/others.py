"""Methods for systems that this server does not read, and bodies in another family's form: refused with a sentence."""

from aepp.flowservice import FlowService


def tell(world, story):
    service = FlowService()
    made = story["journey"]
    return {
        "streaming": service.createConnectionStreaming("stream", "source-1", "xdm", paramName="stream"),
        "profile": service.createConnectionToUPS("profile"),
        "once": service.createFlow(
            world["flowSpecId"],
            name="once",
            source_connection_id=made["source"]["id"],
            target_connection_id=made["target"]["id"],
            schedule_start_time="2030-01-01T00:00:00Z",
            schedule_frequency="once",
        ),
        "minute": service.createFlow(
            world["flowSpecId"],
            name="every quarter of an hour",
            source_connection_id=made["source"]["id"],
            target_connection_id=made["target"]["id"],
            schedule_start_time="2030-01-01T00:00:00Z",
            transformation_mapping_id=made["mapping"]["id"],
            transformation_name="Mapping",
        ),
        "unknownRun": service.getRun("00000000-0000-4000-8000-000000000000"),
        "inUse": service.deleteConnection(made["base"]["id"]),
        "wrongPassword": service.createConnection(data=wrong_password(world)),
    }


def wrong_password(world):
    params = {**world["source"], "password": "not-the-password"}
    return {
        "name": "wrong",
        "auth": {"specName": "Basic Authentication", "params": params},
        "connectionSpec": {"id": world["postgresSpecId"], "version": "1.0"},
    }
