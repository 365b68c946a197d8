# A base connection in both of its forms, and a look at what lies behind it.

#: step the connection spec by its name, in bare quotes
#: expect 200 74a1c565-4e59-48d7-9d67-7c03b8a13137 "filterAtSource"
curl -X GET \
  'https://platform.adobe.io/data/foundation/flowservice/connectionSpecs?property=name=="postgre-sql"' \
  -H 'Authorization: Bearer {ACCESS_TOKEN}' \
  -H 'x-api-key: {API_KEY}' \
  -H 'x-gw-ims-org-id: {ORG_ID}' \
  -H 'x-sandbox-name: {SANDBOX_NAME}'

#: step the same with the quotes encoded
#: expect 200 74a1c565-4e59-48d7-9d67-7c03b8a13137
curl -X GET \
  'https://platform.adobe.io/data/foundation/flowservice/connectionSpecs?property=name==%22postgre-sql%22' \
  -H 'Authorization: Bearer {ACCESS_TOKEN}' \
  -H 'x-api-key: {API_KEY}' \
  -H 'x-gw-ims-org-id: {ORG_ID}' \
  -H 'x-sandbox-name: {SANDBOX_NAME}'

#: step a name that no spec has
#: expect 200 "items":[]
curl -X GET \
  'https://platform.adobe.io/data/foundation/flowservice/connectionSpecs?property=name=="google-big-query"' \
  -H 'Authorization: Bearer {ACCESS_TOKEN}' \
  -H 'x-api-key: {API_KEY}' \
  -H 'x-gw-ims-org-id: {ORG_ID}' \
  -H 'x-sandbox-name: {SANDBOX_NAME}'

#: step a connection by a connection string
#: expect 201
#: keep BASE_CONNECTION_ID id
#: keep BASE_ETAG etag
curl -X POST \
  'https://platform.adobe.io/data/foundation/flowservice/connections' \
  -H 'Authorization: Bearer {ACCESS_TOKEN}' \
  -H 'x-api-key: {API_KEY}' \
  -H 'x-gw-ims-org-id: {ORG_ID}' \
  -H 'x-sandbox-name: {SANDBOX_NAME}' \
  -H 'Content-Type: application/json' \
  -d '{
    "name": "by connection string",
    "description": "A database of ours",
    "auth": {
      "specName": "Connection String Based Authentication",
      "params": {
        "connectionString": "Server={SERVER};Database={DATABASE};Port={PORT};UID={USERNAME};Password={PASSWORD}"
      }
    },
    "connectionSpec": {
      "id": "74a1c565-4e59-48d7-9d67-7c03b8a13137",
      "version": "1.0"
    }
  }'

#: step a connection string with the keys of TLS, one of them misspelt
#: expect 201
#: keep SECOND_CONNECTION_ID id
curl -X POST \
  'https://platform.adobe.io/data/foundation/flowservice/connections' \
  -H 'Authorization: Bearer {ACCESS_TOKEN}' \
  -H 'x-api-key: {API_KEY}' \
  -H 'x-gw-ims-org-id: {ORG_ID}' \
  -H 'x-sandbox-name: {SANDBOX_NAME}' \
  -H 'Content-Type: application/json' \
  -d '{
    "name": "by connection string with TLS",
    "description": "A database of ours",
    "auth": {
      "specName": "Connection String Based Authentication",
      "params": {
        "connectionString": "Server={SERVER};Database={DATABASE};Port={PORT};UID={USERNAME};Password={PASSWORD};EncryptionMethod=6;ValidationServerCertificate=0"
      }
    },
    "connectionSpec": {
      "id": "74a1c565-4e59-48d7-9d67-7c03b8a13137",
      "version": "1.0"
    }
  }'

#: step a connection by single parameters
#: expect 201
#: keep THIRD_CONNECTION_ID id
curl -X POST \
  'https://platform.adobe.io/data/foundation/flowservice/connections' \
  -H 'Authorization: Bearer {ACCESS_TOKEN}' \
  -H 'x-api-key: {API_KEY}' \
  -H 'x-gw-ims-org-id: {ORG_ID}' \
  -H 'x-sandbox-name: {SANDBOX_NAME}' \
  -H 'Content-Type: application/json' \
  -d '{
    "name": "by parameters",
    "description": "A database of ours",
    "auth": {
      "specName": "Basic Authentication",
      "params": {
        "server": "{SERVER}",
        "port": "{PORT}",
        "database": "{DATABASE}",
        "username": "{USERNAME}",
        "password": "{PASSWORD}",
        "sslMode": "Prefer"
      }
    },
    "connectionSpec": {
      "id": "74a1c565-4e59-48d7-9d67-7c03b8a13137",
      "version": "1.0"
    }
  }'

#: step the connection is tried
#: expect 200 "result":true
curl -X GET \
  'https://platform.adobe.io/data/foundation/flowservice/connections/{BASE_CONNECTION_ID}/test' \
  -H 'Authorization: Bearer {ACCESS_TOKEN}' \
  -H 'x-api-key: {API_KEY}' \
  -H 'x-gw-ims-org-id: {ORG_ID}' \
  -H 'x-sandbox-name: {SANDBOX_NAME}'

#: step its tables
#: expect 200 "path":"{TABLE_PATH}" "canFetchSchema":true
curl -X GET \
  'https://platform.adobe.io/data/foundation/flowservice/connections/{BASE_CONNECTION_ID}/explore?objectType=root' \
  -H 'Authorization: Bearer {ACCESS_TOKEN}' \
  -H 'x-api-key: {API_KEY}' \
  -H 'x-gw-ims-org-id: {ORG_ID}' \
  -H 'x-sandbox-name: {SANDBOX_NAME}'

#: step one of them
#: expect 200 "format":"flat" "Datefield" "meta:xdmType":"date-time"
curl -X GET \
  'https://platform.adobe.io/data/foundation/flowservice/connections/{BASE_CONNECTION_ID}/explore?objectType=table&object={TABLE_PATH}' \
  -H 'Authorization: Bearer {ACCESS_TOKEN}' \
  -H 'x-api-key: {API_KEY}' \
  -H 'x-gw-ims-org-id: {ORG_ID}' \
  -H 'x-sandbox-name: {SANDBOX_NAME}'

#: step some of its rows
#: expect 200 "data":[ "Name":"Mira"
curl -X GET \
  'https://platform.adobe.io/data/foundation/flowservice/connections/{BASE_CONNECTION_ID}/explore?objectType=table&object={TABLE_PATH}&preview=true' \
  -H 'Authorization: Bearer {ACCESS_TOKEN}' \
  -H 'x-api-key: {API_KEY}' \
  -H 'x-gw-ims-org-id: {ORG_ID}' \
  -H 'x-sandbox-name: {SANDBOX_NAME}'
