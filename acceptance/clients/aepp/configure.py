"""How every program here reaches the server."""

import aepp


def configure(world):
    """As a user points aepp to a server of their own: the endpoint, and where tokens come from."""
    aepp.configure(
        org_id=world["orgId"],
        client_id=world["clientId"],
        secret=world["clientSecret"],
        scopes=world["scopes"],
        environment="support",
        endpoint=world["endpoint"],
    )
    aepp.config.config_object["oauthTokenEndpointV2"] = f"{world['endpoint']}/ims/token/v3"
