# The tutorial for database sources, from source connection to flow. Two of its requests are printed without
# a token.

#: step a source connection
#: expect 201
#: keep SOURCE_CONNECTION_ID id
curl -X POST \
  'https://platform.adobe.io/data/foundation/flowservice/sourceConnections' \
  -H 'Authorization: Bearer {ACCESS_TOKEN}' \
  -H 'x-api-key: {API_KEY}' \
  -H 'x-gw-ims-org-id: {ORG_ID}' \
  -H 'x-sandbox-name: {SANDBOX_NAME}' \
  -H 'Content-Type: application/json' \
  -d '{
    "name": "Database source connection",
    "baseConnectionId": "{BASE_CONNECTION_ID}",
    "description": "Database source connection",
    "data": {
      "format": "tabular"
    },
    "params": {
      "tableName": "{TABLE_PATH}",
      "columns": [
        {"name": "TestID", "type": "string", "xdm": {"type": "string"}},
        {"name": "Name", "type": "string", "xdm": {"type": "string"}},
        {"name": "Datefield", "type": "string", "meta:xdmType": "date-time", "xdm": {"type": "string", "format": "date-time"}}
      ],
      "cdcEnabled": true
    },
    "connectionSpec": {
      "id": "74a1c565-4e59-48d7-9d67-7c03b8a13137",
      "version": "1.0"
    }
  }'

#: step a schema
#: expect 201
#: keep SCHEMA_ID $id
curl -X POST \
  'https://platform.adobe.io/data/foundation/schemaregistry/tenant/schemas' \
  -H 'Authorization: Bearer {ACCESS_TOKEN}' \
  -H 'x-api-key: {API_KEY}' \
  -H 'x-gw-ims-org-id: {ORG_ID}' \
  -H 'x-sandbox-name: {SANDBOX_NAME}' \
  -H 'Content-Type: application/json' \
  -d '{
    "type": "object",
    "title": "Target schema of curl",
    "allOf": [
      {"$ref": "https://ns.adobe.com/xdm/context/profile"},
      {"$ref": "https://ns.adobe.com/xdm/context/profile-person-details"}
    ]
  }'

#: step a dataset
#: expect 201 @/dataSets/
#: keep DATASET_ID 0 @/dataSets/
curl -X POST \
  'https://platform.adobe.io/data/foundation/catalog/dataSets?requestDataSource=true' \
  -H 'Authorization: Bearer {ACCESS_TOKEN}' \
  -H 'x-api-key: {API_KEY}' \
  -H 'x-gw-ims-org-id: {ORG_ID}' \
  -H 'x-sandbox-name: {SANDBOX_NAME}' \
  -H 'Content-Type: application/json' \
  -d '{
    "name": "Target dataset of curl",
    "schemaRef": {
      "id": "{SCHEMA_ID}",
      "contentType": "application/vnd.adobe.xed-full-notext+json; version=1"
    }
  }'

#: step a target connection
#: expect 201
#: keep TARGET_CONNECTION_ID id
curl -X POST \
  'https://platform.adobe.io/data/foundation/flowservice/targetConnections' \
  -H 'Authorization: Bearer {ACCESS_TOKEN}' \
  -H 'x-api-key: {API_KEY}' \
  -H 'x-gw-ims-org-id: {ORG_ID}' \
  -H 'x-sandbox-name: {SANDBOX_NAME}' \
  -H 'Content-Type: application/json' \
  -d '{
    "name": "Database target connection",
    "description": "Database target connection",
    "data": {
      "schema": {
        "id": "{SCHEMA_ID}",
        "version": "application/vnd.adobe.xed-full+json;version=1"
      }
    },
    "params": {
      "dataSetId": "{DATASET_ID}"
    },
    "connectionSpec": {
      "id": "c604ff05-7f1a-43c0-8e18-33bf874cb11c",
      "version": "1.0"
    }
  }'

#: step a mapping in the older form
#: expect 200 "createdDate"
#: keep MAPPING_ID id
#: keep MAPPING_VERSION version
curl -X POST \
  'https://platform.adobe.io/data/foundation/conversion/mappingSets' \
  -H 'Authorization: Bearer {ACCESS_TOKEN}' \
  -H 'x-api-key: {API_KEY}' \
  -H 'x-gw-ims-org-id: {ORG_ID}' \
  -H 'x-sandbox-name: {SANDBOX_NAME}' \
  -H 'Content-Type: application/json' \
  -d '{
    "version": 0,
    "xdmSchema": "{SCHEMA_ID}",
    "xdmVersion": "1.0",
    "id": null,
    "mappings": [
      {"destinationXdmPath": "_id", "sourceAttribute": "TestID", "identity": false, "identityGroup": null, "namespaceCode": null, "version": 0},
      {"destinationXdmPath": "person.name.fullName", "sourceAttribute": "Name", "identity": false, "identityGroup": null, "namespaceCode": null, "version": 0},
      {"destinationXdmPath": "person.birthDate", "sourceAttribute": "Datefield", "identity": false, "identityGroup": null, "namespaceCode": null, "version": 0}
    ]
  }'

#: step the flow spec, as printed: without a token
#: expect 403 403010
curl -X GET \
  'https://platform.adobe.io/data/foundation/flowservice/flowSpecs?property=name=="CRMToAEP"' \
  -H 'x-api-key: {API_KEY}' \
  -H 'x-gw-ims-org-id: {ORG_ID}' \
  -H 'x-sandbox-name: {SANDBOX_NAME}'

#: step the flow spec
#: expect 200 14518937-270c-4525-bdec-c2ba7cce3860 "items"
curl -X GET \
  'https://platform.adobe.io/data/foundation/flowservice/flowSpecs?property=name=="CRMToAEP"' \
  -H 'Authorization: Bearer {ACCESS_TOKEN}' \
  -H 'x-api-key: {API_KEY}' \
  -H 'x-gw-ims-org-id: {ORG_ID}' \
  -H 'x-sandbox-name: {SANDBOX_NAME}'

#: step the flow, as printed: without a token
#: expect 403 403010
curl -X POST \
  'https://platform.adobe.io/data/foundation/flowservice/flows' \
  -H 'x-api-key: {API_KEY}' \
  -H 'x-gw-ims-org-id: {ORG_ID}' \
  -H 'x-sandbox-name: {SANDBOX_NAME}' \
  -H 'Content-Type: application/json' \
  -d '{
    "name": "Database dataflow",
    "description": "collecting {TABLE_PATH}",
    "flowSpec": {
      "id": "14518937-270c-4525-bdec-c2ba7cce3860",
      "version": "1.0"
    },
    "sourceConnectionIds": ["{SOURCE_CONNECTION_ID}"],
    "targetConnectionIds": ["{TARGET_CONNECTION_ID}"],
    "transformations": [
      {"name": "Copy", "params": {"deltaColumn": {"name": "Datefield", "dateFormat": "YYYY-MM-DD", "timezone": "UTC"}}},
      {"name": "Mapping", "params": {"mappingId": "{MAPPING_ID}", "mappingVersion": 0}}
    ],
    "scheduleParams": {
      "startTime": "1612310466",
      "frequency": "minute",
      "interval": "15",
      "backfill": "true"
    }
  }'

#: step the flow
#: expect 201
#: keep FLOW_ID id
#: keep FLOW_ETAG etag
curl -X POST \
  'https://platform.adobe.io/data/foundation/flowservice/flows' \
  -H 'Authorization: Bearer {ACCESS_TOKEN}' \
  -H 'x-api-key: {API_KEY}' \
  -H 'x-gw-ims-org-id: {ORG_ID}' \
  -H 'x-sandbox-name: {SANDBOX_NAME}' \
  -H 'Content-Type: application/json' \
  -d '{
    "name": "Database dataflow",
    "description": "collecting {TABLE_PATH}",
    "flowSpec": {
      "id": "14518937-270c-4525-bdec-c2ba7cce3860",
      "version": "1.0"
    },
    "sourceConnectionIds": ["{SOURCE_CONNECTION_ID}"],
    "targetConnectionIds": ["{TARGET_CONNECTION_ID}"],
    "transformations": [
      {"name": "Copy", "params": {"deltaColumn": {"name": "Datefield", "dateFormat": "YYYY-MM-DD", "timezone": "UTC"}}},
      {"name": "Mapping", "params": {"mappingId": "{MAPPING_ID}", "mappingVersion": 0}}
    ],
    "scheduleParams": {
      "startTime": "1612310466",
      "frequency": "minute",
      "interval": "15",
      "backfill": "true"
    }
  }'
