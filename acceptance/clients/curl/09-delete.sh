# Flows are deleted, then the account.

#: step an account in use is not deleted
#: expect 400 FLOW-1418-400
curl -X DELETE \
  'https://platform.adobe.io/data/foundation/flowservice/connections/{BASE_CONNECTION_ID}' \
  -H 'Authorization: Bearer {ACCESS_TOKEN}' \
  -H 'x-api-key: {API_KEY}' \
  -H 'x-gw-ims-org-id: {ORG_ID}' \
  -H 'x-sandbox-name: {SANDBOX_NAME}'

#: step a flow
#: expect 204
curl -X DELETE \
  'https://platform.adobe.io/data/foundation/flowservice/flows/{FLOW_ID}' \
  -H 'Authorization: Bearer {ACCESS_TOKEN}' \
  -H 'x-api-key: {API_KEY}' \
  -H 'x-gw-ims-org-id: {ORG_ID}' \
  -H 'x-sandbox-name: {SANDBOX_NAME}'

#: step it is gone
#: expect 404 FLOW-1439-404
curl -X GET \
  'https://platform.adobe.io/data/foundation/flowservice/flows/{FLOW_ID}' \
  -H 'Authorization: Bearer {ACCESS_TOKEN}' \
  -H 'x-api-key: {API_KEY}' \
  -H 'x-gw-ims-org-id: {ORG_ID}' \
  -H 'x-sandbox-name: {SANDBOX_NAME}'

#: step a second flow
#: expect 204
curl -X DELETE \
  'https://platform.adobe.io/data/foundation/flowservice/flows/{ONCE_FLOW_ID}' \
  -H 'Authorization: Bearer {ACCESS_TOKEN}' \
  -H 'x-api-key: {API_KEY}' \
  -H 'x-gw-ims-org-id: {ORG_ID}' \
  -H 'x-sandbox-name: {SANDBOX_NAME}'

#: step a third
#: expect 204
curl -X DELETE \
  'https://platform.adobe.io/data/foundation/flowservice/flows/{FILTERED_FLOW_ID}' \
  -H 'Authorization: Bearer {ACCESS_TOKEN}' \
  -H 'x-api-key: {API_KEY}' \
  -H 'x-gw-ims-org-id: {ORG_ID}' \
  -H 'x-sandbox-name: {SANDBOX_NAME}'

#: step the account
#: expect 204
curl -X DELETE \
  'https://platform.adobe.io/data/foundation/flowservice/connections/{BASE_CONNECTION_ID}' \
  -H 'Authorization: Bearer {ACCESS_TOKEN}' \
  -H 'x-api-key: {API_KEY}' \
  -H 'x-gw-ims-org-id: {ORG_ID}' \
  -H 'x-sandbox-name: {SANDBOX_NAME}'

#: step it is gone as well
#: expect 404 FLOW-1439-404
curl -X GET \
  'https://platform.adobe.io/data/foundation/flowservice/connections/{BASE_CONNECTION_ID}' \
  -H 'Authorization: Bearer {ACCESS_TOKEN}' \
  -H 'x-api-key: {API_KEY}' \
  -H 'x-gw-ims-org-id: {ORG_ID}' \
  -H 'x-sandbox-name: {SANDBOX_NAME}'
