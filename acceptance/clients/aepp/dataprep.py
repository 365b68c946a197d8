"""Mapping sets as aepp manages them. Reads where the server is as JSON from standard input, writes what it saw as JSON."""

import contextlib
import json
import sys

from configured import configure, tell


def story(world):
    from aepp import dataprep

    service = dataprep.DataPrep()
    schema = world["schemaId"]
    rules = [
        {"sourceType": "ATTRIBUTE", "source": "id", "destination": "_headwater.id"},
        {"sourceType": "EXPRESSION", "source": "upper(note)", "destination": "_headwater.note"},
    ]
    created = service.createMappingSet(schemaId=schema, mappingList=rules, validate=True)
    set_id = created["id"]
    body = {
        "outputSchema": {"schemaRef": {"id": schema, "contentType": world["contentType"]}},
        "mappings": rules,
    }
    told = {
        "created": created,
        "sets": service.getMappingSets(),
        "read": service.getMappingSet(set_id),
        "rules": service.getMappingSet(set_id, mappingRulesOnly=True),
        "updated": service.updateMappingSet(set_id, mappingRules=rules[:1]),
        "added": service.createMappingSetMapping(set_id, mapping=rules[1]),
        "mappings": service.getMappingSetMappings(set_id),
        "previewed": service.previewDataOutput(data={"id": 7, "note": "hi"}, mappingSet=body),
        "functions": len(service.getMappingSetFunctions()),
        "operators": len(service.getMappingSetOperators()),
    }
    last = told["mappings"][-1]["id"]
    told["mapping"] = service.getMappingSetMapping(set_id, last)
    told["unmapped"] = service.deleteMappingSetMapping(set_id, last)
    told["deleted"] = service.deleteMappingSet(set_id)
    told["gone"] = service.getMappingSet(set_id)
    return told


def main():
    world = json.load(sys.stdin)
    # aepp prints remarks of its own.
    with contextlib.redirect_stdout(sys.stderr):
        configure(world)
        told = tell(story, world)
    json.dump(told, sys.stdout)


main()
