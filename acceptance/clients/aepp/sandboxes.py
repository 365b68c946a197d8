"""Sandboxes as aepp manages them. Reads where the server is as JSON from standard input, writes what it saw as JSON."""

import contextlib
import json
import sys
import time

import aepp


def wait_for(service, name, state):
    for _ in range(200):
        found = service.getSandbox(name)
        if found.get("state") == state:
            return found
        time.sleep(0.05)
    return found


def tell(service):
    told = {
        "before": service.getSandboxes(),
        "types": service.getSandboxTypes(),
        "created": service.createSandbox("aepp-dev", "aepp dev"),
        "again": service.createSandbox("aepp-dev", "aepp dev"),
    }
    told["active"] = wait_for(service, "aepp-dev", "active")
    told["id"] = service.getSandboxId("aepp-dev")
    told["updated"] = service.updateSandbox("aepp-dev", {"title": "renamed"})
    told["reset"] = service.resetSandbox("aepp-dev")
    told["emptied"] = wait_for(service, "aepp-dev", "active")
    told["deleted"] = service.deleteSandbox("aepp-dev")
    told["gone"] = wait_for(service, "aepp-dev", "deleted")
    told["kept"] = service.deleteSandbox("prod")
    told["unknown"] = service.getSandbox("nowhere")
    return told


def main():
    world = json.load(sys.stdin)
    # aepp prints remarks of its own.
    with contextlib.redirect_stdout(sys.stderr):
        aepp.importConfigFile(world["configFile"])
        aepp.config.endpoints["global"] = world["endpoint"]
        aepp.config.config_object["oauthTokenEndpointV2"] = f"{world['endpoint']}/ims/token/v3"
        from aepp import sandboxes

        told = tell(sandboxes.Sandboxes())
    json.dump(told, sys.stdout)


main()
