// Documents and signed checkpoints, both immutable for seven years, and the table of the audit trail.
@description('Makes names unique')
param token string
@description('Region')
param location string
@description('Tags of every resource')
param tags object
@description('Redundancy, such as Standard_LRS')
param sku string
@description('Identities that read and write')
param principals array
@description('Enabled, or Disabled where private endpoints are used')
param publicNetworkAccess string
@description('Container of the documents')
param documentContainer string
@description('Container of the signed checkpoints')
param checkpointContainer string
@description('Whether the immutability policies were locked by hand; nothing can change them then, this template included')
param retentionLocked bool
@description('Table of the audit trail')
param auditTable string

// Seven years with two leap days. A template cannot lock the policies: that is done by hand, once, for good.
var retentionDays = 2557
var coolAfterDays = 90

var blobDataContributor = subscriptionResourceId('Microsoft.Authorization/roleDefinitions', 'ba92f5b4-2d11-453d-a403-e96b0029c9fe')
var tableDataContributor = subscriptionResourceId('Microsoft.Authorization/roleDefinitions', '0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3')

resource account 'Microsoft.Storage/storageAccounts@2023-05-01' = {
  name: 'stadv${token}'
  location: location
  tags: tags
  kind: 'StorageV2'
  sku: { name: sku }
  properties: {
    accessTier: 'Hot'
    allowBlobPublicAccess: false
    allowSharedKeyAccess: false
    allowCrossTenantReplication: false
    defaultToOAuthAuthentication: true
    minimumTlsVersion: 'TLS1_2'
    supportsHttpsTrafficOnly: true
    publicNetworkAccess: publicNetworkAccess
    networkAcls: {
      bypass: 'AzureServices'
      defaultAction: publicNetworkAccess == 'Disabled' ? 'Deny' : 'Allow'
    }
  }
}

resource blobs 'Microsoft.Storage/storageAccounts/blobServices@2023-05-01' = {
  parent: account
  name: 'default'
  properties: {
    isVersioningEnabled: true
    deleteRetentionPolicy: { enabled: true, days: 30 }
    containerDeleteRetentionPolicy: { enabled: true, days: 30 }
  }
}

resource containers 'Microsoft.Storage/storageAccounts/blobServices/containers@2023-05-01' = [
  for name in [documentContainer, checkpointContainer]: {
    parent: blobs
    name: name
    properties: {
      publicAccess: 'None'
      immutableStorageWithVersioning: { enabled: true }
    }
  }
]

resource immutability 'Microsoft.Storage/storageAccounts/blobServices/containers/immutabilityPolicies@2023-05-01' = [
  for i in range(0, retentionLocked ? 0 : 2): {
    parent: containers[i]
    name: 'default'
    properties: { immutabilityPeriodSinceCreationInDays: retentionDays }
  }
]

resource lifecycle 'Microsoft.Storage/storageAccounts/managementPolicies@2023-05-01' = {
  parent: account
  name: 'default'
  properties: {
    policy: {
      rules: [
        {
          name: 'documentsCoolAfter90Days'
          enabled: true
          type: 'Lifecycle'
          definition: {
            filters: { blobTypes: ['blockBlob'], prefixMatch: ['${documentContainer}/'] }
            actions: { baseBlob: { tierToCool: { daysAfterModificationGreaterThan: coolAfterDays } } }
          }
        }
      ]
    }
  }
  dependsOn: [blobs]
}

resource tables 'Microsoft.Storage/storageAccounts/tableServices@2023-05-01' = {
  parent: account
  name: 'default'
}

resource trail 'Microsoft.Storage/storageAccounts/tableServices/tables@2023-05-01' = {
  parent: tables
  name: auditTable
}

resource documentAccess 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for principal in principals: {
    name: guid(containers[0].id, principal, blobDataContributor)
    scope: containers[0]
    properties: {
      roleDefinitionId: blobDataContributor
      principalId: principal
      principalType: 'ServicePrincipal'
    }
  }
]

resource checkpointAccess 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for principal in principals: {
    name: guid(containers[1].id, principal, blobDataContributor)
    scope: containers[1]
    properties: {
      roleDefinitionId: blobDataContributor
      principalId: principal
      principalType: 'ServicePrincipal'
    }
  }
]

resource trailAccess 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for principal in principals: {
    name: guid(trail.id, principal, tableDataContributor)
    scope: trail
    properties: {
      roleDefinitionId: tableDataContributor
      principalId: principal
      principalType: 'ServicePrincipal'
    }
  }
]

output id string = account.id
output blobEndpoint string = 'https://${account.name}.blob.${environment().suffixes.storage}'
output tableEndpoint string = 'https://${account.name}.table.${environment().suffixes.storage}'
