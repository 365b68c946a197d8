# A token for a client of one's own.

#: step a token by client credentials
#: expect 200 "token_type":"bearer"
#: keep ACCESS_TOKEN access_token
curl -X POST \
  'https://ims-na1.adobelogin.com/ims/token/v3' \
  -H 'Content-Type: application/x-www-form-urlencoded' \
  -d 'grant_type=client_credentials&client_id={API_KEY}&client_secret={CLIENT_SECRET}&scope={SCOPES}'
