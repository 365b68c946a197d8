# Runs on demand, for a flow that is scheduled once; and a run that is tried again. As printed, a line continuation is
# missing before the body.

#: step a flow that runs once
#: expect 201
#: keep ONCE_FLOW_ID id
curl -X POST \
  'https://platform.adobe.io/data/foundation/flowservice/flows' \
  -H 'Authorization: Bearer {ACCESS_TOKEN}' \
  -H 'x-api-key: {API_KEY}' \
  -H 'x-gw-ims-org-id: {ORG_ID}' \
  -H 'x-sandbox-name: {SANDBOX_NAME}' \
  -H 'Content-Type: application/json' \
  -d '{
    "name": "Once",
    "description": "collecting {TABLE_PATH}",
    "flowSpec": {
      "id": "14518937-270c-4525-bdec-c2ba7cce3860",
      "version": "1.0"
    },
    "sourceConnectionIds": ["{SOURCE_CONNECTION_ID}"],
    "targetConnectionIds": ["{TARGET_CONNECTION_ID}"],
    "transformations": [
      {"name": "Mapping", "params": {"mappingId": "{MAPPING_ID}", "mappingVersion": 0}}
    ],
    "scheduleParams": {
      "startTime": "1612310466",
      "frequency": "once"
    }
  }'

#: step its own run
#: expect 200 "type":"one-time"
#: until "status":"success"
curl -X GET \
  'https://platform.adobe.io/data/foundation/flowservice/runs?property=flowId=={ONCE_FLOW_ID}' \
  -H 'Authorization: Bearer {ACCESS_TOKEN}' \
  -H 'x-api-key: {API_KEY}' \
  -H 'x-gw-ims-org-id: {ORG_ID}' \
  -H 'x-sandbox-name: {SANDBOX_NAME}'

#: step a run, as printed
#: expect 400 FLOW-1405-400
curl -X POST \
  'https://platform.adobe.io/data/foundation/flowservice/runs' \
  -H 'Authorization: Bearer {ACCESS_TOKEN}' \
  -H 'x-api-key: {API_KEY}' \
  -H 'x-gw-ims-org-id: {ORG_ID}' \
  -H 'x-sandbox-name: {SANDBOX_NAME}' \
  -H 'Content-Type: application/json'
  -d '{
    "flowId": "{ONCE_FLOW_ID}",
    "params": {
      "startTime": "1663735590",
      "windowStartTime": "1651584991",
      "windowEndTime": "16515859567",
      "deltaColumn": {
        "name": "Datefield"
      }
    }
  }'

#: step a run, at the address with a slash at its end
#: expect 201 "items":[{"id"
#: keep ON_DEMAND_RUN_ID items.0.id
curl -X POST \
  'https://platform.adobe.io/data/foundation/flowservice/runs/' \
  -H 'Authorization: Bearer {ACCESS_TOKEN}' \
  -H 'x-api-key: {API_KEY}' \
  -H 'x-gw-ims-org-id: {ORG_ID}' \
  -H 'x-sandbox-name: {SANDBOX_NAME}' \
  -H 'Content-Type: application/json' \
  -d '{
    "flowId": "{ONCE_FLOW_ID}",
    "params": {
      "startTime": "1663735590",
      "windowStartTime": "1651584991",
      "windowEndTime": "16515859567",
      "deltaColumn": {
        "name": "Datefield"
      }
    }
  }'

#: step it copies what lies in its window
#: expect 200 "inputRecordCount":2
#: until "status":"success"
curl -X GET \
  'https://platform.adobe.io/data/foundation/flowservice/runs/{ON_DEMAND_RUN_ID}' \
  -H 'Authorization: Bearer {ACCESS_TOKEN}' \
  -H 'x-api-key: {API_KEY}' \
  -H 'x-gw-ims-org-id: {ORG_ID}' \
  -H 'x-sandbox-name: {SANDBOX_NAME}'

#: step its delta column became the flow’s
#: expect 200 "deltaColumn":{"name":"Datefield"}
curl -X GET \
  'https://platform.adobe.io/data/foundation/flowservice/flows/{ONCE_FLOW_ID}' \
  -H 'Authorization: Bearer {ACCESS_TOKEN}' \
  -H 'x-api-key: {API_KEY}' \
  -H 'x-gw-ims-org-id: {ORG_ID}' \
  -H 'x-sandbox-name: {SANDBOX_NAME}'

#: step another delta column is refused
#: expect 400 FLOW-
curl -X POST \
  'https://platform.adobe.io/data/foundation/flowservice/runs' \
  -H 'Authorization: Bearer {ACCESS_TOKEN}' \
  -H 'x-api-key: {API_KEY}' \
  -H 'x-gw-ims-org-id: {ORG_ID}' \
  -H 'x-sandbox-name: {SANDBOX_NAME}' \
  -H 'Content-Type: application/json' \
  -d '{
    "flowId": "{ONCE_FLOW_ID}",
    "params": {
      "startTime": "1663735590",
      "windowStartTime": "1651584991",
      "windowEndTime": "16515859567",
      "deltaColumn": {
        "name": "TestID"
      }
    }
  }'

#: step a window in which nothing lies
#: expect 201 "items"
#: keep EMPTY_RUN_ID id
curl -X POST \
  'https://platform.adobe.io/data/foundation/flowservice/runs' \
  -H 'Authorization: Bearer {ACCESS_TOKEN}' \
  -H 'x-api-key: {API_KEY}' \
  -H 'x-gw-ims-org-id: {ORG_ID}' \
  -H 'x-sandbox-name: {SANDBOX_NAME}' \
  -H 'Content-Type: application/json' \
  -d '{
    "flowId": "{ONCE_FLOW_ID}",
    "params": {
      "startTime": "1663735590",
      "windowStartTime": "946684800",
      "windowEndTime": "946771200",
      "deltaColumn": {
        "name": "Datefield"
      }
    }
  }'

#: step a run without rows succeeds
#: expect 200 "inputRecordCount":0
#: until "status":"success"
curl -X GET \
  'https://platform.adobe.io/data/foundation/flowservice/runs/{EMPTY_RUN_ID}' \
  -H 'Authorization: Bearer {ACCESS_TOKEN}' \
  -H 'x-api-key: {API_KEY}' \
  -H 'x-gw-ims-org-id: {ORG_ID}' \
  -H 'x-sandbox-name: {SANDBOX_NAME}'

#: step and may be tried again
#: expect 200 "etag"
#: keep RETRY_RUN_ID id
curl -X POST \
  'https://platform.adobe.io/data/foundation/flowservice/runs/{EMPTY_RUN_ID}/action?op=re-trigger' \
  -H 'Authorization: Bearer {ACCESS_TOKEN}' \
  -H 'x-api-key: {API_KEY}' \
  -H 'x-gw-ims-org-id: {ORG_ID}' \
  -H 'x-sandbox-name: {SANDBOX_NAME}' \
  -H 'Content-Type: application/json'

#: step the new run has the same window
#: expect 200 946684800000 946771200000
#: until "status":"success"
curl -X GET \
  'https://platform.adobe.io/data/foundation/flowservice/runs/{RETRY_RUN_ID}' \
  -H 'Authorization: Bearer {ACCESS_TOKEN}' \
  -H 'x-api-key: {API_KEY}' \
  -H 'x-gw-ims-org-id: {ORG_ID}' \
  -H 'x-sandbox-name: {SANDBOX_NAME}'
