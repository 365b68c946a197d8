"""aepp pointed to a server of one's own, and a chapter told without catching anything on the way."""

import traceback

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


def tell(chapter, *parts):
    """What a chapter saw, or its traceback."""
    try:
        return chapter(*parts)
    except Exception:
        return {"raised": traceback.format_exc()}
