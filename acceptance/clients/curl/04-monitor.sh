# What became of it.

#: step the runs of the flow
#: expect 200 "_links":{ "inputRecordCount":4
#: until "status":"success"
#: keep RUN_ID items.0.id
curl -X GET \
  'https://platform.adobe.io/data/foundation/flowservice/runs?property=flowId=={FLOW_ID}' \
  -H 'Authorization: Bearer {ACCESS_TOKEN}' \
  -H 'x-api-key: {API_KEY}' \
  -H 'x-gw-ims-org-id: {ORG_ID}' \
  -H 'x-sandbox-name: {SANDBOX_NAME}'

#: step one run
#: expect 200 37b34f84-1ada-11eb-adc1-0242ac120002 "outputRecordCount":4
curl -X GET \
  'https://platform.adobe.io/data/foundation/flowservice/runs/{RUN_ID}' \
  -H 'Authorization: Bearer {ACCESS_TOKEN}' \
  -H 'x-api-key: {API_KEY}' \
  -H 'x-gw-ims-org-id: {ORG_ID}' \
  -H 'x-sandbox-name: {SANDBOX_NAME}'

#: step the runs that failed
#: expect 200 "items":[]
curl -X GET \
  'https://platform.adobe.io/data/foundation/flowservice/runs?property=flowId=={FLOW_ID}&property=metrics.statusSummary.status==failed' \
  -H 'Authorization: Bearer {ACCESS_TOKEN}' \
  -H 'x-api-key: {API_KEY}' \
  -H 'x-gw-ims-org-id: {ORG_ID}' \
  -H 'x-sandbox-name: {SANDBOX_NAME}'

#: step the flow shows its last run
#: expect 200 "lastRunDetails" {RUN_ID}
curl -X GET \
  'https://platform.adobe.io/data/foundation/flowservice/flows/{FLOW_ID}' \
  -H 'Authorization: Bearer {ACCESS_TOKEN}' \
  -H 'x-api-key: {API_KEY}' \
  -H 'x-gw-ims-org-id: {ORG_ID}' \
  -H 'x-sandbox-name: {SANDBOX_NAME}'

#: step a community client’s way to the list
#: expect 200 {FLOW_ID}
curl -X GET \
  'https://platform.adobe.io/data/foundation/flowservice/flows?limit=200&state=enabled' \
  -H 'Authorization: Bearer {ACCESS_TOKEN}' \
  -H 'x-api-key: {API_KEY}' \
  -H 'x-gw-ims-org-id: {ORG_ID}' \
  -H 'x-sandbox-name: {SANDBOX_NAME}'

#: step a run with rows is not tried again
#: expect 400 FLOW-1422-400
curl -X POST \
  'https://platform.adobe.io/data/foundation/flowservice/runs/{RUN_ID}/action?op=re-trigger' \
  -H 'Authorization: Bearer {ACCESS_TOKEN}' \
  -H 'x-api-key: {API_KEY}' \
  -H 'x-gw-ims-org-id: {ORG_ID}' \
  -H 'x-sandbox-name: {SANDBOX_NAME}' \
  -H 'Content-Type: application/json'
