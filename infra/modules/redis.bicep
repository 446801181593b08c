// The cache: Azure Managed Redis, as Azure Cache for Redis takes no new customers (retired 2028-09-30).
@description('Makes names unique')
param token string
@description('Region')
param location string
@description('Tags of every resource')
param tags object
@description('Size, such as Balanced_B0')
param sku string
@description('Whether a second node keeps what the first one holds; it is a cache, so that only speed is lost without')
param replicated bool
@description('Enabled, or Disabled where private endpoints are used')
param publicNetworkAccess string
@description('Key Vault that takes the address with its key')
param vaultName string

resource cluster 'Microsoft.Cache/redisEnterprise@2025-07-01' = {
  name: 'redis-${token}'
  location: location
  tags: tags
  sku: { name: sku }
  properties: {
    highAvailability: replicated ? 'Enabled' : 'Disabled'
    minimumTlsVersion: '1.2'
    publicNetworkAccess: publicNetworkAccess
  }
}

resource database 'Microsoft.Cache/redisEnterprise/databases@2025-07-01' = {
  parent: cluster
  name: 'default'
  properties: {
    // The one key of this installation: the product signs in to Redis by its address only.
    accessKeysAuthentication: 'Enabled'
    clientProtocol: 'Encrypted'
    clusteringPolicy: 'EnterpriseCluster'
    evictionPolicy: 'AllKeysLRU'
    port: 10000
  }
}

resource vault 'Microsoft.KeyVault/vaults@2023-07-01' existing = {
  name: vaultName
}

resource address 'Microsoft.KeyVault/vaults/secrets@2023-07-01' = {
  parent: vault
  name: 'ADVISOR-REDIS-URL'
  properties: {
    value: 'rediss://:${uriComponent(database.listKeys().primaryKey)}@${cluster.properties.hostName}:10000'
    contentType: 'address with its key'
  }
}

output id string = cluster.id
