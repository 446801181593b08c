// Reads the pages of PDFs.
@description('Makes names unique')
param token string
@description('Region')
param location string
@description('Tags of every resource')
param tags object
@description('Identities that have pages read')
param principals array
@description('Enabled, or Disabled where private endpoints are used')
param publicNetworkAccess string

var cognitiveServicesUser = subscriptionResourceId('Microsoft.Authorization/roleDefinitions', 'a97b65f3-24c7-4388-baec-2e87135dc908')

resource account 'Microsoft.CognitiveServices/accounts@2024-10-01' = {
  name: 'di-${token}'
  location: location
  tags: tags
  kind: 'FormRecognizer'
  // F0 reads two pages of a document only.
  sku: { name: 'S0' }
  properties: {
    customSubDomainName: 'di-${token}'
    disableLocalAuth: true
    publicNetworkAccess: publicNetworkAccess
  }
}

resource access 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for principal in principals: {
    name: guid(account.id, principal, cognitiveServicesUser)
    scope: account
    properties: {
      roleDefinitionId: cognitiveServicesUser
      principalId: principal
      principalType: 'ServicePrincipal'
    }
  }
]

output id string = account.id
output endpoint string = account.properties.endpoint
