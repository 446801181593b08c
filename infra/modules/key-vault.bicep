// Secrets, under the names of the settings that they are.
@description('Makes names unique')
param token string
@description('Region')
param location string
@description('Tags of every resource')
param tags object
@description('Identities that read secrets')
param principals array
@description('Enabled, or Disabled where private endpoints are used')
param publicNetworkAccess string
@description('Client secret of the Entra registration; empty: none')
@secure()
param entraClientSecret string

var secretsUser = subscriptionResourceId('Microsoft.Authorization/roleDefinitions', '4633458b-17de-408a-b874-0445c86b69e6')

resource vault 'Microsoft.KeyVault/vaults@2023-07-01' = {
  name: 'kv-${token}'
  location: location
  tags: tags
  properties: {
    tenantId: subscription().tenantId
    sku: { family: 'A', name: 'standard' }
    enableRbacAuthorization: true
    enableSoftDelete: true
    enablePurgeProtection: true
    softDeleteRetentionInDays: 90
    publicNetworkAccess: publicNetworkAccess
    networkAcls: {
      bypass: 'AzureServices'
      defaultAction: publicNetworkAccess == 'Disabled' ? 'Deny' : 'Allow'
    }
  }
}

resource entraSecret 'Microsoft.KeyVault/vaults/secrets@2023-07-01' = if (!empty(entraClientSecret)) {
  parent: vault
  name: 'ADVISOR-ENTRA-CLIENT-SECRET'
  properties: { value: entraClientSecret, contentType: 'client secret' }
}

resource access 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for principal in principals: {
    name: guid(vault.id, principal, secretsUser)
    scope: vault
    properties: {
      roleDefinitionId: secretsUser
      principalId: principal
      principalType: 'ServicePrincipal'
    }
  }
]

output id string = vault.id
output name string = vault.name
output url string = vault.properties.vaultUri
