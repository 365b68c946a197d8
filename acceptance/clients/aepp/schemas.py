"""The Schema Registry and the identity namespaces, told with aepp as it comes from PyPI.

Reads where the server is and who the client is as JSON from standard input, and writes what every chapter saw as JSON
to standard output. A chapter that raises leaves its traceback instead.
"""

import contextlib
import json
import os
import sys
import tempfile

from aepp.datatypemanager import DataTypeManager
from aepp.fieldgroupmanager import FieldGroupManager
from aepp.identity import Identity
from aepp.schema import Schema
from aepp.schemamanager import SchemaManager
from configured import configure, tell

PROFILE = "https://ns.adobe.com/xdm/context/profile"
EVENT = "https://ns.adobe.com/xdm/context/experienceevent"
PERSON = "https://ns.adobe.com/xdm/context/profile-person-details"
WEB = "https://ns.adobe.com/xdm/context/experienceevent-web"


def library(registry, story):
    """Reads what comes with the server."""
    return {
        "tenant": registry.getTenantId(),
        "counts": registry.getStats()["counts"],
        "behaviors": [item["$id"] for item in registry.getBehaviors()],
        "record": registry.getBehavior("https://ns.adobe.com/xdm/data/record"),
        "classes": [item["$id"] for item in registry.getClassesGlobal()],
        "profile": Schema(containerId="global").getClass(PROFILE, full=True),
        "fieldGroups": [item["title"] for item in registry.getFieldGroupsGlobal()],
        "dataTypes": len(registry.getDataTypesGlobal()),
        "schemas": registry.getSchemasGlobal(),
    }


def resources(registry, story):
    """Makes, reads, changes and removes one of each kind."""
    tenant = registry.getTenantId()
    own = registry.createClass(title="aepp class", class_template="https://ns.adobe.com/xdm/data/record")
    patched_class = registry.patchClass(own["$id"], [{"op": "replace", "path": "/title", "value": "aepp class 2"}])
    data_type = registry.createDataType(
        {"type": "object", "title": "aepp type", "properties": {"city": {"type": "string", "title": "City"}}}
    )
    # aepp writes the id as it is into the path here, so that only the short one will do.
    patched_type = registry.patchDataType(
        data_type["meta:altId"], [{"op": "add", "path": "/properties/zip", "value": {"type": "string", "title": "ZIP"}}]
    )
    group = registry.createFieldGroup(group_body(tenant, "aepp group"))
    path = f"/definitions/customFields/properties/_{tenant}/properties/score"
    patched_group = registry.patchFieldGroup(
        group["$id"], [{"op": "add", "path": path, "value": {"type": "integer", "title": "Score"}}]
    )
    body = group_body(tenant, "aepp group")
    body["definitions"]["customFields"]["properties"][f"_{tenant}"]["properties"]["level"] = {"type": "string"}
    put_group = registry.putFieldGroup(group["$id"], body)
    extended = registry.extendFieldGroup(group["$id"])
    return {
        "class": own,
        "patchedClass": patched_class,
        "classes": [item["title"] for item in registry.getClasses()],
        "readClass": registry.getClass(own["$id"], full=True),
        "dataType": data_type,
        "patchedType": patched_type,
        "readType": registry.getDataType(data_type["$id"]),
        "dataTypes": [item["title"] for item in registry.getDataTypes()],
        "group": group,
        "patchedGroup": patched_group,
        "putGroup": put_group,
        "extended": extended,
        "groups": [item["title"] for item in registry.getFieldGroups()],
        "readGroup": registry.getFieldGroup(group["meta:altId"], full=True, desc=True),
        "deleted": [registry.deleteClass(own["$id"]), registry.deleteDataType(data_type["$id"])],
        "gone": registry.getDataType(data_type["$id"]),
    }


def group_body(tenant, title):
    fields = {"id": {"type": "string", "title": "Id"}, "friend": {"type": "string", "title": "Friend"}}
    return {
        "type": "object",
        "title": title,
        "meta:intendedToExtend": [PROFILE],
        "definitions": {
            "customFields": {
                "type": "object",
                "properties": {f"_{tenant}": {"type": "object", "properties": fields}},
            }
        },
        "allOf": [{"$ref": "#/definitions/customFields"}],
    }


def schemas(registry, story):
    """Composes schemas and reads them in every form that aepp asks for."""
    group_id = story["resources"]["group"]["$id"]
    profile = registry.createProfileSchema("aepp profile", fieldGroupIds=[PERSON], description="made by aepp")
    schema_id = profile["$id"]
    added = registry.addFieldGroupToSchema(schema_id, [group_id])
    patched = registry.patchSchema(
        schema_id, [{"op": "replace", "path": "/description", "value": "changed by aepp"}]
    )
    event = registry.createExperienceEventSchema("aepp event", fieldGroupIds={WEB: "object"})
    return {
        "profile": profile,
        "added": added,
        "patched": patched,
        "event": event,
        "titles": [item["title"] for item in registry.getSchemas()],
        "xdmFull": registry.getSchema(schema_id),
        "xedFull": registry.getSchema(schema_id, schema_type="xed"),
        "raw": registry.getSchema(schema_id, full=False),
        "described": registry.getSchema(schema_id, desc=True),
        "deprecated": registry.getSchema(schema_id, deprecated=True),
        "paths": registry.getSchemaPaths(schema_id),
        "sample": registry.getSchemaSample(schema_id),
    }


def descriptors(registry, story):
    """Makes a descriptor of every type that aepp knows for these schemas, and reads, replaces and removes them."""
    tenant = registry.getTenantId()
    schema_id = story["schemas"]["profile"]["$id"]
    event_id = story["schemas"]["event"]["$id"]

    def create(kind, path=None, **more):
        operation = registry.createDescriptorOperation(
            sourceSchema=more.pop("of", schema_id), descType=kind, completePath=path, **more
        )
        return registry.createDescriptor(operation)

    identity = create(
        "xdm:descriptorIdentity", f"_{tenant}.id", identityNSCode="CRMID", identityPrimary=True
    )
    made = [
        identity,
        create("xdm:alternateDisplayInfo", "person.name.firstName", alternateTitle="Given name"),
        create("xdm:descriptorReferenceIdentity", f"_{tenant}.friend", identityNSCode="CRMID"),
        create(
            "xdm:descriptorOneToOne",
            f"_{tenant}.friend",
            targetSchema=schema_id,
            targetCompletePath=f"/_{tenant}/id",
        ),
        create(
            "xdm:descriptorRelationship",
            f"_{tenant}.friend",
            targetSchema=schema_id,
            targetCompletePath=f"/_{tenant}/id",
            targetNamespace="CRMID",
        ),
        create("xdm:descriptorDeprecated", "person.taxId"),
        create("xdm:descriptorTimeSeriesGranularity", of=event_id),
        create("xdm:descriptorLabel", f"_{tenant}.id", labels=["core/I1"]),
    ]
    refused = [create(f"xdm:descriptor{kind}", f"_{tenant}.id") for kind in ("PrimaryKey", "Version", "Timestamp")]
    again = registry.createDescriptor(
        sourceSchema=schema_id, sourceProperty="/personID", namespace="Email", primary=False
    )
    again_body = {**again, "xdm:namespace": "Phone"}
    return {
        "made": made,
        "refused": refused,
        "again": again,
        "put": registry.putDescriptor(again["@id"], again_body),
        "read": registry.getDescriptor(again["@id"]),
        "listed": registry.getDescriptors(),
        "ids": registry.getDescriptors(id_desc=True),
        "links": registry.getDescriptors(link_desc=True),
        "identities": registry.getDescriptors(
            type_desc="xdm:descriptorIdentity", prop=f"xdm:sourceSchema=={schema_id}"
        ),
        "deleted": registry.deleteDescriptor(again["@id"]),
        "deprecated": registry.getSchema(schema_id, deprecated=True, schema_type="xed"),
    }


def unions(registry, story):
    schema_id = story["schemas"]["profile"]["$id"]
    enabled = registry.enableSchemaForRealTime(schema_id)
    return {
        "enabled": enabled,
        "unions": registry.getUnions(),
        "union": registry.getUnion("_xdm.context.profile__union"),
        "kept": registry.deleteSchema(schema_id),
    }


def managers(registry, story):
    """The managers, which build and read resources field by field."""
    group = FieldGroupManager(title="managed group", schemaAPI=registry, fg_class=["profile"])
    tenant = registry.getTenantId()
    group.addField(f"_{tenant}", "object")
    group.addField(f"_{tenant}.account", "object", title="Account", objectComponents={"opened": "date"})
    group.addField(f"_{tenant}.account.number", "integer", title="Number")
    group.addField(f"_{tenant}.notes", "map", title="Notes")
    group.addField(f"_{tenant}.tags", "string", title="Tags", array=True)
    created = group.createFieldGroup()
    again = FieldGroupManager(created["$id"], schemaAPI=registry)
    again.addField(f"_{tenant}.account.closed", "date", title="Closed")
    updated = again.updateFieldGroup()
    data_type = DataTypeManager(title="managed type", schemaAPI=registry)
    data_type.addField("street", "string", title="Street")
    created_type = data_type.createDataType()
    schema = SchemaManager(title="managed schema", schemaAPI=registry, schemaClass=PROFILE)
    schema.addFieldGroup(created["$id"])
    schema.addFieldGroup(PERSON)
    created_schema = schema.createSchema()
    reader = SchemaManager(created_schema["$id"], schemaAPI=registry)
    frame = reader.to_dataframe(full=True)
    descriptor = reader.createDescriptor(
        reader.createDescriptorOperation(
            "xdm:descriptorIdentity",
            completePath=f"_{tenant}.account.number",
            identityNSCode="CRMID",
            identityPrimary=True,
        )
    )
    return {
        "created": created,
        "updated": updated,
        "groupPaths": sorted(again.to_dataframe()["path"].tolist()),
        "dataType": created_type,
        "schema": created_schema,
        "paths": sorted(frame["path"].tolist()),
        "dictionary": reader.to_dict(),
        "descriptor": descriptor,
        "descriptors": reader.getDescriptors(),
        "standard": sorted(SchemaManager(story["schemas"]["event"]["$id"], schemaAPI=registry).to_dataframe()["path"]),
    }


def namespaces(registry, story):
    identities = Identity()
    # aepp composes the address of this service of a region and knows no other way.
    identities.endpoint = f"{story['endpoint']}/data/core"
    made = identities.createIdentity("aepp cards", "AeppCard", "CROSS_DEVICE", "made by aepp")
    return {
        "all": [item["code"] for item in identities.getIdentities()],
        "made": made,
        "conflict": identities.createIdentity("aepp cards", "AeppCard", "CROSS_DEVICE"),
        "custom": identities.getIdentities(only_custom=True),
        "detail": identities.getIdentityDetail(made["id"]),
    }


CHAPTERS = [library, resources, schemas, descriptors, unions, managers, namespaces]


def main():
    world = json.load(sys.stdin)
    # aepp prints remarks of its own, and writes files where it stands.
    with contextlib.redirect_stdout(sys.stderr), tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        configure(world)
        registry = Schema()
        story = {"endpoint": world["endpoint"]}
        for chapter in CHAPTERS:
            story[chapter.__name__] = tell(chapter, registry, story)
        os.chdir("/")
    json.dump(story, sys.stdout, default=str)


main()
