// The functions on Flex Consumption: no key for a file share as on Premium, paid by use, in a network if wished.
@description('Makes names unique')
param token string
@description('Region')
param location string
@description('Tags of every resource')
param tags object
@description('Identity the functions run as')
param identityId string
@description('Its client id')
param identityClientId string
@description('Storage account of the Functions host')
param storageName string
@description('Container there that takes the code')
param packagesUrl string
@description('Subnet where private endpoints are used; empty: none')
param subnetId string
@description('Memory of an instance')
param memoryMB int
@description('Most instances')
param maximum int
@description('Service Bus host')
param busHost string
@description('Application Insights')
param connectionString string
@description('Settings of the product: name, value')
param settings array
@description('Whether the functions work; until then the workers of the container app do it alone')
param working bool

// The one folder that an instance may write to; it ends with the instance.
var scratch = '/tmp'
// All that starts by itself.
var started = [
  'ProcessIngestionWorker'
  'AnalyzeDataWorker'
  'GenerateSummaryWorker'
  'EscalateReviewWorker'
  'HandOnTimer'
  'NoticesTimer'
  'DecisionsTimer'
  'TrailTimer'
  'RetentionTimer'
]
var switches = [for name in started: { name: 'AzureWebJobs.${name}.Disabled', value: string(!working) }]

resource plan 'Microsoft.Web/serverfarms@2024-04-01' = {
  name: 'plan-${token}'
  location: location
  tags: tags
  kind: 'functionapp'
  sku: { tier: 'FlexConsumption', name: 'FC1' }
  properties: { reserved: true }
}

resource app 'Microsoft.Web/sites@2024-04-01' = {
  name: 'func-${token}'
  location: location
  tags: union(tags, { 'azd-service-name': 'functions' })
  kind: 'functionapp,linux'
  identity: {
    type: 'UserAssigned'
    userAssignedIdentities: { '${identityId}': {} }
  }
  properties: {
    serverFarmId: plan.id
    httpsOnly: true
    keyVaultReferenceIdentity: identityId
    virtualNetworkSubnetId: empty(subnetId) ? null : subnetId
    siteConfig: {
      minTlsVersion: '1.2'
      http20Enabled: true
      appSettings: concat(settings, switches, [
        { name: 'ADVISOR_DATA_DIR', value: '${scratch}/advisor' }
        { name: 'AZURE_CLIENT_ID', value: identityClientId }
        { name: 'APPLICATIONINSIGHTS_CONNECTION_STRING', value: connectionString }
        { name: 'AzureWebJobsStorage__accountName', value: storageName }
        { name: 'AzureWebJobsStorage__credential', value: 'managedidentity' }
        { name: 'AzureWebJobsStorage__clientId', value: identityClientId }
        { name: 'ServiceBus__fullyQualifiedNamespace', value: busHost }
        { name: 'ServiceBus__credential', value: 'managedidentity' }
        { name: 'ServiceBus__clientId', value: identityClientId }
      ])
    }
    functionAppConfig: {
      deployment: {
        storage: {
          type: 'blobContainer'
          value: packagesUrl
          authentication: { type: 'UserAssignedIdentity', userAssignedIdentityResourceId: identityId }
        }
      }
      scaleAndConcurrency: { instanceMemoryMB: memoryMB, maximumInstanceCount: maximum }
      runtime: { name: 'python', version: '3.11' }
    }
  }
}

resource noFtp 'Microsoft.Web/sites/basicPublishingCredentialsPolicies@2024-04-01' = {
  parent: app
  name: 'ftp'
  properties: { allow: false }
}

resource noPasswords 'Microsoft.Web/sites/basicPublishingCredentialsPolicies@2024-04-01' = {
  parent: app
  name: 'scm'
  properties: { allow: false }
}
