# Changes of a connection and of a flow. As printed, a line continuation is missing before If-Match, so that neither
# it nor the body is sent; the version of a connection stands there without its quotes, and no Content-Type anywhere.

#: step the connection and its version
#: expect 200 "items"
#: keep BASE_ETAG items.0.etag
curl -X GET \
  'https://platform.adobe.io/data/foundation/flowservice/connections/{BASE_CONNECTION_ID}' \
  -H 'Authorization: Bearer {ACCESS_TOKEN}' \
  -H 'x-api-key: {API_KEY}' \
  -H 'x-gw-ims-org-id: {ORG_ID}' \
  -H 'x-sandbox-name: {SANDBOX_NAME}'

#: step its change, as printed
#: expect 400 FLOW-1403-400
curl -X PATCH \
  'https://platform.adobe.io/data/foundation/flowservice/connections/{BASE_CONNECTION_ID}' \
  -H 'Authorization: Bearer {ACCESS_TOKEN}' \
  -H 'x-api-key: {API_KEY}' \
  -H 'x-gw-ims-org-id: {ORG_ID}' \
  -H 'x-sandbox-name: {SANDBOX_NAME}'
  -H 'If-Match: {BASE_ETAG}' \
  -d '[
    {
      "op": "replace",
      "path": "/auth/params",
      "value": {
        "connectionString": "Server={SERVER};Database={DATABASE};Port={PORT};UID={USERNAME};Password={PASSWORD};EncryptionMethod=0"
      }
    },
    {
      "op": "replace",
      "path": "/name",
      "value": "Test connection"
    },
    {
      "op": "add",
      "path": "/description",
      "value": "A test connection"
    }
  ]'

#: step its change
#: expect 200 {BASE_CONNECTION_ID}
curl -X PATCH \
  'https://platform.adobe.io/data/foundation/flowservice/connections/{BASE_CONNECTION_ID}' \
  -H 'Authorization: Bearer {ACCESS_TOKEN}' \
  -H 'x-api-key: {API_KEY}' \
  -H 'x-gw-ims-org-id: {ORG_ID}' \
  -H 'x-sandbox-name: {SANDBOX_NAME}' \
  -H 'If-Match: {BASE_ETAG}' \
  -d '[
    {
      "op": "replace",
      "path": "/auth/params",
      "value": {
        "connectionString": "Server={SERVER};Database={DATABASE};Port={PORT};UID={USERNAME};Password={PASSWORD};EncryptionMethod=0"
      }
    },
    {
      "op": "replace",
      "path": "/name",
      "value": "Test connection"
    },
    {
      "op": "add",
      "path": "/description",
      "value": "A test connection"
    }
  ]'

#: step the connection afterwards
#: expect 200 "name":"Test "description":"A
curl -X GET \
  'https://platform.adobe.io/data/foundation/flowservice/connections/{BASE_CONNECTION_ID}' \
  -H 'Authorization: Bearer {ACCESS_TOKEN}' \
  -H 'x-api-key: {API_KEY}' \
  -H 'x-gw-ims-org-id: {ORG_ID}' \
  -H 'x-sandbox-name: {SANDBOX_NAME}'

#: step the same version a second time
#: expect 412 FLOW-1404-412
curl -X PATCH \
  'https://platform.adobe.io/data/foundation/flowservice/connections/{BASE_CONNECTION_ID}' \
  -H 'Authorization: Bearer {ACCESS_TOKEN}' \
  -H 'x-api-key: {API_KEY}' \
  -H 'x-gw-ims-org-id: {ORG_ID}' \
  -H 'x-sandbox-name: {SANDBOX_NAME}' \
  -H 'If-Match: {BASE_ETAG}' \
  -d '[
    {
      "op": "replace",
      "path": "/auth/params",
      "value": {
        "connectionString": "Server={SERVER};Database={DATABASE};Port={PORT};UID={USERNAME};Password={PASSWORD};EncryptionMethod=0"
      }
    },
    {
      "op": "replace",
      "path": "/name",
      "value": "Test connection"
    },
    {
      "op": "add",
      "path": "/description",
      "value": "A test connection"
    }
  ]'

#: step the flow and its version
#: expect 200 "items"
#: keep FLOW_ETAG items.0.etag
curl -X GET \
  'https://platform.adobe.io/data/foundation/flowservice/flows/{FLOW_ID}' \
  -H 'Authorization: Bearer {ACCESS_TOKEN}' \
  -H 'x-api-key: {API_KEY}' \
  -H 'x-gw-ims-org-id: {ORG_ID}' \
  -H 'x-sandbox-name: {SANDBOX_NAME}'

#: step its change, as printed
#: expect 400 FLOW-1403-400
curl -X PATCH \
  'https://platform.adobe.io/data/foundation/flowservice/flows/{FLOW_ID}' \
  -H 'Authorization: Bearer {ACCESS_TOKEN}' \
  -H 'x-api-key: {API_KEY}' \
  -H 'x-gw-ims-org-id: {ORG_ID}' \
  -H 'x-sandbox-name: {SANDBOX_NAME}'
  -H 'If-Match: "{FLOW_ETAG}"' \
  -d '[
    {
      "op": "replace",
      "path": "/scheduleParams/frequency",
      "value": "day"
    },
    {
      "op": "replace",
      "path": "/name",
      "value": "Database dataflow of February"
    },
    {
      "op": "replace",
      "path": "/description",
      "value": "Database dataflow for testing the update"
    }
  ]'

#: step its change
#: expect 200 {FLOW_ID}
#: keep FLOW_ETAG etag
curl -X PATCH \
  'https://platform.adobe.io/data/foundation/flowservice/flows/{FLOW_ID}' \
  -H 'Authorization: Bearer {ACCESS_TOKEN}' \
  -H 'x-api-key: {API_KEY}' \
  -H 'x-gw-ims-org-id: {ORG_ID}' \
  -H 'x-sandbox-name: {SANDBOX_NAME}' \
  -H 'If-Match: "{FLOW_ETAG}"' \
  -d '[
    {
      "op": "replace",
      "path": "/scheduleParams/frequency",
      "value": "day"
    },
    {
      "op": "replace",
      "path": "/name",
      "value": "Database dataflow of February"
    },
    {
      "op": "replace",
      "path": "/description",
      "value": "Database dataflow for testing the update"
    }
  ]'

#: step another mapping, in the place that the tutorial names
#: expect 200 {FLOW_ID}
#: keep FLOW_ETAG etag
curl -X PATCH \
  'https://platform.adobe.io/data/foundation/flowservice/flows/{FLOW_ID}' \
  -H 'Authorization: Bearer {ACCESS_TOKEN}' \
  -H 'x-api-key: {API_KEY}' \
  -H 'x-gw-ims-org-id: {ORG_ID}' \
  -H 'x-sandbox-name: {SANDBOX_NAME}' \
  -H 'If-Match: "{FLOW_ETAG}"' \
  -d '[
    {
      "op": "replace",
      "path": "/transformations/0",
      "value": {
        "name": "Mapping",
        "params": {
          "mappingId": "{MAPPING_ID}",
          "mappingVersion": 0
        }
      }
    }
  ]'

#: step the flow afterwards: two mappings and no copy
#: expect 200 "frequency":"day"
#: keep FIRST_TRANSFORMATION items.0.transformations.0.name
curl -X GET \
  'https://platform.adobe.io/data/foundation/flowservice/flows/{FLOW_ID}' \
  -H 'Authorization: Bearer {ACCESS_TOKEN}' \
  -H 'x-api-key: {API_KEY}' \
  -H 'x-gw-ims-org-id: {ORG_ID}' \
  -H 'x-sandbox-name: {SANDBOX_NAME}'

#: step a label
#: expect 200 {FLOW_ID}
#: keep FLOW_ETAG etag
curl -X PATCH \
  'https://platform.adobe.io/data/foundation/flowservice/flows/{FLOW_ID}' \
  -H 'Authorization: Bearer {ACCESS_TOKEN}' \
  -H 'x-api-key: {API_KEY}' \
  -H 'x-gw-ims-org-id: {ORG_ID}' \
  -H 'x-sandbox-name: {SANDBOX_NAME}' \
  -H 'If-Match: "{FLOW_ETAG}"' \
  -H 'Content-Type: application/json' \
  -d '[
    {
      "op": "add",
      "path": "/labels",
      "value": ["core/C12"]
    }
  ]'

#: step the flow is stopped
#: expect 200 {FLOW_ID}
curl -X POST \
  'https://platform.adobe.io/data/foundation/flowservice/flows/{FLOW_ID}/action?op=disable' \
  -H 'Authorization: Bearer {ACCESS_TOKEN}' \
  -H 'x-api-key: {API_KEY}' \
  -H 'x-gw-ims-org-id: {ORG_ID}' \
  -H 'x-sandbox-name: {SANDBOX_NAME}'

#: step and started
#: expect 200 {FLOW_ID}
curl -X POST \
  'https://platform.adobe.io/data/foundation/flowservice/flows/{FLOW_ID}/action?op=enable' \
  -H 'Authorization: Bearer {ACCESS_TOKEN}' \
  -H 'x-api-key: {API_KEY}' \
  -H 'x-gw-ims-org-id: {ORG_ID}' \
  -H 'x-sandbox-name: {SANDBOX_NAME}' \
  -H 'Content-Type: application/json'
