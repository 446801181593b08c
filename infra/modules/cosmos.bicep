// Records: insights, reasoning chains and what belongs to reports (docs/decisions/0029).
@description('Makes names unique')
param token string
@description('Region')
param location string
@description('Tags of every resource')
param tags object
@description('Identities that read and write')
param principals array
@description('Enabled, or Disabled where private endpoints are used')
param publicNetworkAccess string
@description('Database')
param databaseName string
@description('Whether it is paid by request; else by throughput that scales by itself')
param serverless bool
@description('Most request units a second of each container, where it is not serverless')
param maxThroughput int

// Seven years (2,556 days) in seconds, as the API's contract says.
var sevenYears = 220838400
// The one place of names and partition keys. A ttl of -1 keeps documents until they are deleted.
var containers = [
  { name: 'insights', partitionKey: '/pk', ttl: -1 }
  { name: 'reasoning-chains', partitionKey: '/pk', ttl: sevenYears }
  { name: 'reports', partitionKey: '/pk', ttl: -1 }
]
// What is never asked by is in no index: it would make each write dearer.
var unindexed = ['/record/?', '/content/?', '/total/?', '/seq/?']
// Cosmos DB Built-in Data Contributor: items and queries, no keys, no containers.
var dataContributor = '00000000-0000-0000-0000-000000000002'

resource account 'Microsoft.DocumentDB/databaseAccounts@2024-11-15' = {
  name: 'cosmos-${token}'
  location: location
  tags: tags
  kind: 'GlobalDocumentDB'
  properties: {
    databaseAccountOfferType: 'Standard'
    capabilities: serverless ? [{ name: 'EnableServerless' }] : []
    // A reader of another process sees what a commit brought into force.
    consistencyPolicy: { defaultConsistencyLevel: 'Strong' }
    locations: [{ locationName: location, failoverPriority: 0, isZoneRedundant: false }]
    backupPolicy: { type: 'Continuous', continuousModeProperties: { tier: 'Continuous30Days' } }
    disableLocalAuth: true
    disableKeyBasedMetadataWriteAccess: true
    minimalTlsVersion: 'Tls12'
    publicNetworkAccess: publicNetworkAccess
  }
}

resource database 'Microsoft.DocumentDB/databaseAccounts/sqlDatabases@2024-11-15' = {
  parent: account
  name: databaseName
  properties: { resource: { id: databaseName } }
}

resource made 'Microsoft.DocumentDB/databaseAccounts/sqlDatabases/containers@2024-11-15' = [
  for one in containers: {
    parent: database
    name: one.name
    properties: {
      resource: {
        id: one.name
        partitionKey: { kind: 'Hash', paths: [one.partitionKey], version: 2 }
        defaultTtl: one.ttl
        indexingPolicy: {
          indexingMode: 'consistent'
          includedPaths: [{ path: '/*' }]
          excludedPaths: [for path in unindexed: { path: path }]
        }
      }
      options: serverless ? {} : { autoscaleSettings: { maxThroughput: maxThroughput } }
    }
  }
]

@batchSize(1)
resource access 'Microsoft.DocumentDB/databaseAccounts/sqlRoleAssignments@2024-11-15' = [
  for principal in principals: {
    parent: account
    name: guid(account.id, principal, dataContributor)
    properties: {
      roleDefinitionId: '${account.id}/sqlRoleDefinitions/${dataContributor}'
      principalId: principal
      scope: '${account.id}/dbs/${databaseName}'
    }
    dependsOn: [made]
  }
]

output id string = account.id
output endpoint string = account.properties.documentEndpoint
