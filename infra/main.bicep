// Everything the product runs on in Azure: one resource group, no keys but Redis' own, see docs/deployment.md.
targetScope = 'subscription'

@description('Name of this installation, such as advisor-prod; part of every name below')
@minLength(3)
@maxLength(20)
param environmentName string

@description('Region of everything')
param location string

@description('How large: see sizes below')
@allowed(['dev', 'test', 'prod'])
param size string = 'dev'

@description('Whether the services are reached through a virtual network only; makes Service Bus Premium')
param privateEndpoints bool = false

@description('Who is told of alerts, and of notices to people without an address of their own')
param alertEmail string

@description('Directory (tenant) id whose people sign in; empty: local accounts')
param entraTenantId string = ''

@description('Application (client) id of the registration there')
param entraClientId string = ''

@description('Its client secret; goes into the Key Vault')
@secure()
param entraClientSecret string = ''

@description('Address under which people open the product; empty: the one that Azure gives')
param publicUrl string = ''

@description('Hosts that documents may be fetched from over https, with commas between')
param ingestHosts string = ''

@description('Networks that the ingress of Container Apps speaks from: whose X-Forwarded-For is believed')
param ingressAddresses string = '100.64.0.0/10,10.0.0.0/8'

@description('Image of pages and API; empty until the first azd deploy, a placeholder then answers')
param webImage string = ''

@description('Deployments of Azure OpenAI: name, model, version, sku, capacity (thousand tokens a minute); the first writes sentences')
param models array = []

@description('Whether the functions work off the queues; only where the records are shared, see docs/deployment.md')
param functionsWorking bool = false

@description('Whether the immutability policies of the documents were locked by hand')
param retentionLocked bool = false

@description('Key of the signature that notices carry; a new one with every deployment')
@secure()
param noticeSigningKey string = newGuid()

var sizes = {
  dev: {
    storageSku: 'Standard_LRS'
    cosmosServerless: true
    cosmosMaxThroughput: 1000
    redisSku: 'Balanced_B0'
    redisReplicated: false
    webCpu: '1.0'
    webMemory: '2Gi'
    functionsMemoryMB: 2048
    functionsMaximum: 40
    logDays: 30
  }
  test: {
    storageSku: 'Standard_ZRS'
    cosmosServerless: true
    cosmosMaxThroughput: 1000
    redisSku: 'Balanced_B0'
    redisReplicated: false
    webCpu: '2.0'
    webMemory: '4Gi'
    functionsMemoryMB: 2048
    functionsMaximum: 40
    logDays: 30
  }
  prod: {
    storageSku: 'Standard_GZRS'
    cosmosServerless: false
    cosmosMaxThroughput: 4000
    redisSku: 'Balanced_B1'
    redisReplicated: true
    webCpu: '4.0'
    webMemory: '8Gi'
    functionsMemoryMB: 4096
    functionsMaximum: 100
    logDays: 90
  }
}
var chosen = sizes[size]
var tags = { 'azd-env-name': environmentName }
var token = uniqueString(subscription().id, environmentName, location)
var publicNetworkAccess = privateEndpoints ? 'Disabled' : 'Enabled'

// Names that the product is told and that the modules make: written once, here.
var documentContainer = 'financial-documents'
var checkpointContainer = 'audit-checkpoints'
var auditTable = 'AuditLogs'
var cosmosDatabase = 'advisor'
var maxDelivery = 5
var leaseSeconds = 60

resource group 'Microsoft.Resources/resourceGroups@2024-03-01' = {
  name: 'rg-${environmentName}'
  location: location
  tags: tags
}

module identities 'modules/identities.bicep' = {
  name: 'identities'
  scope: group
  params: {
    token: token
    location: location
    tags: tags
  }
}

var principals = [identities.outputs.webPrincipalId, identities.outputs.functionsPrincipalId]

module monitoring 'modules/monitoring.bicep' = {
  name: 'monitoring'
  scope: group
  params: {
    token: token
    location: location
    tags: tags
    retentionDays: chosen.logDays
  }
}

module network 'modules/network.bicep' = if (privateEndpoints) {
  name: 'network'
  scope: group
  params: {
    token: token
    location: location
    tags: tags
  }
}

module vault 'modules/key-vault.bicep' = {
  name: 'key-vault'
  scope: group
  params: {
    token: token
    location: location
    tags: tags
    principals: principals
    publicNetworkAccess: publicNetworkAccess
    entraClientSecret: entraClientSecret
  }
}

module storage 'modules/storage.bicep' = {
  name: 'storage'
  scope: group
  params: {
    token: token
    location: location
    tags: tags
    sku: chosen.storageSku
    principals: principals
    publicNetworkAccess: publicNetworkAccess
    retentionLocked: retentionLocked
    documentContainer: documentContainer
    checkpointContainer: checkpointContainer
    auditTable: auditTable
  }
}

module cosmos 'modules/cosmos.bicep' = {
  name: 'cosmos'
  scope: group
  params: {
    token: token
    location: location
    tags: tags
    principals: principals
    publicNetworkAccess: publicNetworkAccess
    databaseName: cosmosDatabase
    serverless: chosen.cosmosServerless
    maxThroughput: chosen.cosmosMaxThroughput
  }
}

module bus 'modules/service-bus.bicep' = {
  name: 'service-bus'
  scope: group
  params: {
    token: token
    location: location
    tags: tags
    principals: principals
    publicNetworkAccess: publicNetworkAccess
    sku: privateEndpoints ? 'Premium' : 'Standard'
    // Above the product's own, which then says itself what became of the report.
    maxDelivery: maxDelivery + 5
    lockSeconds: leaseSeconds
  }
}

module redis 'modules/redis.bicep' = {
  name: 'redis'
  scope: group
  params: {
    token: token
    location: location
    tags: tags
    sku: chosen.redisSku
    replicated: chosen.redisReplicated
    publicNetworkAccess: publicNetworkAccess
    vaultName: vault.outputs.name
  }
}

module intelligence 'modules/document-intelligence.bicep' = {
  name: 'document-intelligence'
  scope: group
  params: {
    token: token
    location: location
    tags: tags
    principals: principals
    publicNetworkAccess: publicNetworkAccess
  }
}

module openAi 'modules/openai.bicep' = {
  name: 'openai'
  scope: group
  params: {
    token: token
    location: location
    tags: tags
    principals: principals
    publicNetworkAccess: publicNetworkAccess
    models: models
  }
}

module notices 'modules/notices.bicep' = {
  name: 'notices'
  scope: group
  params: {
    token: token
    location: location
    tags: tags
    mailbox: alertEmail
    signingKey: noticeSigningKey
    vaultName: vault.outputs.name
  }
}

module functionsStorage 'modules/functions-storage.bicep' = {
  name: 'functions-storage'
  scope: group
  params: {
    token: token
    location: location
    tags: tags
    principalId: identities.outputs.functionsPrincipalId
    publicNetworkAccess: publicNetworkAccess
  }
}

module endpoints 'modules/private-endpoints.bicep' = if (privateEndpoints) {
  name: 'private-endpoints'
  scope: group
  params: {
    location: location
    tags: tags
    networkId: network!.outputs.id
    subnetId: network!.outputs.endpointSubnetId
    links: [
      { name: 'documents-blob', id: storage.outputs.id, group: 'blob', zone: 'blob' }
      { name: 'audit-table', id: storage.outputs.id, group: 'table', zone: 'table' }
      { name: 'records', id: cosmos.outputs.id, group: 'Sql', zone: 'cosmos' }
      { name: 'queues', id: bus.outputs.id, group: 'namespace', zone: 'bus' }
      { name: 'cache', id: redis.outputs.id, group: 'redisEnterprise', zone: 'redis' }
      { name: 'secrets', id: vault.outputs.id, group: 'vault', zone: 'vault' }
      { name: 'layout', id: intelligence.outputs.id, group: 'account', zone: 'intelligence' }
      { name: 'openai', id: openAi.outputs.id, group: 'account', zone: 'openai' }
      { name: 'functions-blob', id: functionsStorage.outputs.id, group: 'blob', zone: 'blob' }
      { name: 'functions-queue', id: functionsStorage.outputs.id, group: 'queue', zone: 'queue' }
      { name: 'functions-table', id: functionsStorage.outputs.id, group: 'table', zone: 'table' }
    ]
  }
}

// What pages, API, workers and functions are told alike. Secrets are not among it: they are in the Key Vault, under
// the names of their settings with hyphens, such as ADVISOR-REDIS-URL.
var settings = [
  { name: 'ADVISOR_KEY_VAULT_URL', value: vault.outputs.url }
  { name: 'ADVISOR_BLOB_ENDPOINT', value: storage.outputs.blobEndpoint }
  { name: 'ADVISOR_BLOB_CONTAINER', value: documentContainer }
  { name: 'ADVISOR_TABLE_ENDPOINT', value: storage.outputs.tableEndpoint }
  { name: 'ADVISOR_COSMOS_ENDPOINT', value: cosmos.outputs.endpoint }
  { name: 'ADVISOR_COSMOS_DATABASE', value: cosmosDatabase }
  { name: 'ADVISOR_SERVICE_BUS_NAMESPACE', value: bus.outputs.host }
  { name: 'ADVISOR_TABLE_NAME', value: auditTable }
  { name: 'ADVISOR_CHECKPOINT_CONTAINER', value: checkpointContainer }
  // Each look of an idle worker costs request units.
  { name: 'ADVISOR_POLL_SECONDS', value: '2' }
  { name: 'ADVISOR_MAX_DELIVERY', value: string(maxDelivery) }
  { name: 'ADVISOR_LEASE_SECONDS', value: string(leaseSeconds) }
  { name: 'ADVISOR_DOCUMENT_INTELLIGENCE_ENDPOINT', value: intelligence.outputs.endpoint }
  { name: 'ADVISOR_OPENAI_ENDPOINT', value: empty(models) ? '' : openAi.outputs.endpoint }
  { name: 'ADVISOR_OPENAI_DEPLOYMENT', value: empty(models) ? '' : models[0].name }
  { name: 'ADVISOR_APP_INSIGHTS_CONNECTION_STRING', value: monitoring.outputs.connectionString }
  { name: 'ADVISOR_NOTIFY', value: 'logic-app' }
  { name: 'ADVISOR_INGEST_HOSTS', value: ingestHosts }
  { name: 'ADVISOR_ENTRA_TENANT_ID', value: entraTenantId }
  { name: 'ADVISOR_ENTRA_CLIENT_ID', value: entraClientId }
  { name: 'ADVISOR_LOG_LEVEL', value: 'INFO' }
]

module web 'modules/web.bicep' = {
  name: 'web'
  scope: group
  params: {
    token: token
    location: location
    tags: tags
    identityId: identities.outputs.webId
    identityClientId: identities.outputs.webClientId
    principalId: identities.outputs.webPrincipalId
    workspaceId: monitoring.outputs.workspaceId
    subnetId: privateEndpoints ? network!.outputs.webSubnetId : ''
    image: webImage
    cpu: chosen.webCpu
    memory: chosen.webMemory
    publicUrl: publicUrl
    ingressAddresses: ingressAddresses
    settings: settings
  }
  // Its secrets and the ways to its services are there before it starts.
  dependsOn: [redis, notices, endpoints]
}

module functions 'modules/functions.bicep' = {
  name: 'functions'
  scope: group
  params: {
    token: token
    location: location
    tags: tags
    identityId: identities.outputs.functionsId
    identityClientId: identities.outputs.functionsClientId
    storageName: functionsStorage.outputs.name
    packagesUrl: functionsStorage.outputs.packagesUrl
    subnetId: privateEndpoints ? network!.outputs.functionsSubnetId : ''
    memoryMB: chosen.functionsMemoryMB
    maximum: chosen.functionsMaximum
    busHost: bus.outputs.host
    connectionString: monitoring.outputs.connectionString
    working: functionsWorking
    settings: concat(settings, [{ name: 'ADVISOR_PUBLIC_URL', value: web.outputs.url }])
  }
}

module alerts 'modules/alerts.bicep' = {
  name: 'alerts'
  scope: group
  params: {
    token: token
    location: location
    tags: tags
    email: alertEmail
    componentId: monitoring.outputs.componentId
    busId: bus.outputs.id
  }
}

output AZURE_CONTAINER_REGISTRY_ENDPOINT string = web.outputs.registry
output ADVISOR_URL string = web.outputs.url
output ENTRA_REDIRECT_URI string = '${web.outputs.url}/auth/callback'
output AZURE_OPENAI_ENDPOINT string = openAi.outputs.endpoint
