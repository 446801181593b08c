// Language models: the first deployment writes the sentences of insights. Without any the account costs nothing.
@description('Makes names unique')
param token string
@description('Region')
param location string
@description('Tags of every resource')
param tags object
@description('Identities that call the models')
param principals array
@description('Enabled, or Disabled where private endpoints are used')
param publicNetworkAccess string
@description('Deployments: name, model, version, sku, capacity (thousand tokens a minute)')
param models array

var openAiUser = subscriptionResourceId('Microsoft.Authorization/roleDefinitions', '5e0bd9bd-7b93-4f28-af87-19fc36ad61bd')

resource account 'Microsoft.CognitiveServices/accounts@2024-10-01' = {
  name: 'oai-${token}'
  location: location
  tags: tags
  kind: 'OpenAI'
  sku: { name: 'S0' }
  properties: {
    customSubDomainName: 'oai-${token}'
    disableLocalAuth: true
    publicNetworkAccess: publicNetworkAccess
  }
}

@batchSize(1)
resource deployments 'Microsoft.CognitiveServices/accounts/deployments@2024-10-01' = [
  for one in models: {
    parent: account
    name: one.name
    sku: { name: one.sku, capacity: one.capacity }
    properties: {
      model: { format: 'OpenAI', name: one.model, version: one.version }
      // A model that changes by itself would change insights by itself.
      versionUpgradeOption: 'NoAutoUpgrade'
    }
  }
]

resource access 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for principal in principals: {
    name: guid(account.id, principal, openAiUser)
    scope: account
    properties: {
      roleDefinitionId: openAiUser
      principalId: principal
      principalType: 'ServicePrincipal'
    }
  }
]

output id string = account.id
output endpoint string = account.properties.endpoint
