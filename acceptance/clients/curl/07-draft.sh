# Drafts of a connection, of both its ends and of a flow, each published in its turn. The published curls end in a
# backslash.

#: step a draft of a connection, with nothing but a name
#: expect 201
#: keep DRAFT_CONNECTION_ID id
#: keep DRAFT_CONNECTION_ETAG etag
curl -X POST \
  'https://platform.adobe.io/data/foundation/flowservice/connections?mode=draft' \
  -H 'Authorization: Bearer {ACCESS_TOKEN}' \
  -H 'x-api-key: {API_KEY}' \
  -H 'x-gw-ims-org-id: {ORG_ID}' \
  -H 'x-sandbox-name: {SANDBOX_NAME}' \
  -H 'Content-Type: application/json' \
  -d '{
    "name": "Draft of a connection",
    "connectionSpec": {
      "id": "74a1c565-4e59-48d7-9d67-7c03b8a13137",
      "version": "1.0"
    }
  }'

#: step it cannot be published yet
#: expect 400 FLOW-
curl -X POST \
  'https://platform.adobe.io/data/foundation/flowservice/connections/{DRAFT_CONNECTION_ID}/action?op=publish' \
  -H 'Authorization: Bearer {ACCESS_TOKEN}' \
  -H 'x-api-key: {API_KEY}' \
  -H 'x-gw-ims-org-id: {ORG_ID}' \
  -H 'x-sandbox-name: {SANDBOX_NAME}' \

#: step its credentials
#: expect 200
curl -X PATCH \
  'https://platform.adobe.io/data/foundation/flowservice/connections/{DRAFT_CONNECTION_ID}' \
  -H 'Authorization: Bearer {ACCESS_TOKEN}' \
  -H 'x-api-key: {API_KEY}' \
  -H 'x-gw-ims-org-id: {ORG_ID}' \
  -H 'x-sandbox-name: {SANDBOX_NAME}' \
  -H 'If-Match: "{DRAFT_CONNECTION_ETAG}"' \
  -H 'Content-Type: application/json' \
  -d '[
    {
      "op": "add",
      "path": "/auth",
      "value": {
        "specName": "Connection String Based Authentication",
        "params": {
          "connectionString": "Server={SERVER};Database={DATABASE};Port={PORT};UID={USERNAME};Password={PASSWORD}"
        }
      }
    }
  ]'

#: step a draft of a source connection
#: expect 201
#: keep DRAFT_SOURCE_ID id
curl -X POST \
  'https://platform.adobe.io/data/foundation/flowservice/sourceConnections?mode=draft' \
  -H 'Authorization: Bearer {ACCESS_TOKEN}' \
  -H 'x-api-key: {API_KEY}' \
  -H 'x-gw-ims-org-id: {ORG_ID}' \
  -H 'x-sandbox-name: {SANDBOX_NAME}' \
  -H 'Content-Type: application/json' \
  -d '{
    "name": "Database source connection",
    "baseConnectionId": "{DRAFT_CONNECTION_ID}",
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

#: step it waits for its base connection
#: expect 400 FLOW-
curl -X POST \
  'https://platform.adobe.io/data/foundation/flowservice/sourceConnections/{DRAFT_SOURCE_ID}/action?op=publish' \
  -H 'Authorization: Bearer {ACCESS_TOKEN}' \
  -H 'x-api-key: {API_KEY}' \
  -H 'x-gw-ims-org-id: {ORG_ID}' \
  -H 'x-sandbox-name: {SANDBOX_NAME}' \

#: step a draft of a flow, without transformations and schedule
#: expect 201
#: keep DRAFT_FLOW_ID id
#: keep DRAFT_FLOW_ETAG etag
curl -X POST \
  'https://platform.adobe.io/data/foundation/flowservice/flows?mode=draft' \
  -H 'Authorization: Bearer {ACCESS_TOKEN}' \
  -H 'x-api-key: {API_KEY}' \
  -H 'x-gw-ims-org-id: {ORG_ID}' \
  -H 'x-sandbox-name: {SANDBOX_NAME}' \
  -H 'Content-Type: application/json' \
  -d '{
    "name": "Draft of a flow",
    "sourceConnectionIds": ["{DRAFT_SOURCE_ID}"],
    "targetConnectionIds": ["{TARGET_CONNECTION_ID}"],
    "flowSpec": {
      "id": "14518937-270c-4525-bdec-c2ba7cce3860",
      "version": "1.0"
    }
  }'

#: step the draft of the flow gets a mapping
#: expect 200
curl -X PATCH \
  'https://platform.adobe.io/data/foundation/flowservice/flows/{DRAFT_FLOW_ID}' \
  -H 'Authorization: Bearer {ACCESS_TOKEN}' \
  -H 'x-api-key: {API_KEY}' \
  -H 'x-gw-ims-org-id: {ORG_ID}' \
  -H 'x-sandbox-name: {SANDBOX_NAME}' \
  -H 'If-Match: "{DRAFT_FLOW_ETAG}"' \
  -d '[
    {
      "op": "add",
      "path": "/transformations",
      "value": [
        {"name": "Mapping", "params": {"mappingId": "{MAPPING_ID}", "mappingVersion": 0}}
      ]
    },
    {
      "op": "add",
      "path": "/scheduleParams",
      "value": {"startTime": "4102444800", "frequency": "once"}
    }
  ]'

#: step the connection is published
#: expect 200 {DRAFT_CONNECTION_ID}
curl -X POST \
  'https://platform.adobe.io/data/foundation/flowservice/connections/{DRAFT_CONNECTION_ID}/action?op=publish' \
  -H 'Authorization: Bearer {ACCESS_TOKEN}' \
  -H 'x-api-key: {API_KEY}' \
  -H 'x-gw-ims-org-id: {ORG_ID}' \
  -H 'x-sandbox-name: {SANDBOX_NAME}' \

#: step the source connection is published, at the address of connections
#: expect 200 {DRAFT_SOURCE_ID}
curl -X POST \
  'https://platform.adobe.io/data/foundation/flowservice/connections/{DRAFT_SOURCE_ID}/action?op=publish' \
  -H 'Authorization: Bearer {ACCESS_TOKEN}' \
  -H 'x-api-key: {API_KEY}' \
  -H 'x-gw-ims-org-id: {ORG_ID}' \
  -H 'x-sandbox-name: {SANDBOX_NAME}' \

#: step the flow is published
#: expect 200 {DRAFT_FLOW_ID}
curl -X POST \
  'https://platform.adobe.io/data/foundation/flowservice/flows/{DRAFT_FLOW_ID}/action?op=publish' \
  -H 'Authorization: Bearer {ACCESS_TOKEN}' \
  -H 'x-api-key: {API_KEY}' \
  -H 'x-gw-ims-org-id: {ORG_ID}' \
  -H 'x-sandbox-name: {SANDBOX_NAME}' \

#: step and enabled
#: expect 200 "state":"enabled"
curl -X GET \
  'https://platform.adobe.io/data/foundation/flowservice/flows/{DRAFT_FLOW_ID}' \
  -H 'Authorization: Bearer {ACCESS_TOKEN}' \
  -H 'x-api-key: {API_KEY}' \
  -H 'x-gw-ims-org-id: {ORG_ID}' \
  -H 'x-sandbox-name: {SANDBOX_NAME}'
