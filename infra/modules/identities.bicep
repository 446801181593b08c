// Who the product is: one identity for pages, API and workers, one for the functions.
@description('Makes names unique')
param token string
@description('Region')
param location string
@description('Tags of every resource')
param tags object

resource web 'Microsoft.ManagedIdentity/userAssignedIdentities@2023-01-31' = {
  name: 'id-web-${token}'
  location: location
  tags: tags
}

resource functions 'Microsoft.ManagedIdentity/userAssignedIdentities@2023-01-31' = {
  name: 'id-functions-${token}'
  location: location
  tags: tags
}

output webId string = web.id
output webClientId string = web.properties.clientId
output webPrincipalId string = web.properties.principalId
output functionsId string = functions.id
output functionsClientId string = functions.properties.clientId
output functionsPrincipalId string = functions.properties.principalId
