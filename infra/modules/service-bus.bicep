// The four queues. What one report's messages do is done in order (sessions), and once (duplicate detection).
@description('Makes names unique')
param token string
@description('Region')
param location string
@description('Tags of every resource')
param tags object
@description('Identities that send and receive')
param principals array
@description('Enabled, or Disabled where private endpoints are used')
param publicNetworkAccess string
@description('Standard, or Premium where private endpoints are used; Basic has no sessions')
param sku string
@description('Tries of a message before it is a dead letter')
param maxDelivery int
@description('Seconds a silent worker keeps its message')
param lockSeconds int

var queues = ['ingestion-queue', 'analysis-queue', 'high-confidence-queue', 'low-confidence-queue']
var dataSender = subscriptionResourceId('Microsoft.Authorization/roleDefinitions', '69a216fc-b8fb-44d8-bc22-1f3c2cd27a39')
var dataReceiver = subscriptionResourceId('Microsoft.Authorization/roleDefinitions', '4f6d3b9b-027b-4f4c-9142-0e5a2a2247e0')

resource namespace 'Microsoft.ServiceBus/namespaces@2024-01-01' = {
  name: 'sb-${token}'
  location: location
  tags: tags
  sku: { name: sku, tier: sku, capacity: sku == 'Premium' ? 1 : null }
  properties: {
    disableLocalAuth: true
    minimumTlsVersion: '1.2'
    publicNetworkAccess: publicNetworkAccess
  }
}

resource made 'Microsoft.ServiceBus/namespaces/queues@2024-01-01' = [
  for name in queues: {
    parent: namespace
    name: name
    properties: {
      requiresSession: true
      requiresDuplicateDetection: true
      duplicateDetectionHistoryTimeWindow: 'P1D'
      deadLetteringOnMessageExpiration: true
      defaultMessageTimeToLive: 'P14D'
      lockDuration: 'PT${lockSeconds}S'
      maxDeliveryCount: maxDelivery
      maxSizeInMegabytes: 1024
    }
  }
]

resource sending 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for principal in principals: {
    name: guid(namespace.id, principal, dataSender)
    scope: namespace
    properties: {
      roleDefinitionId: dataSender
      principalId: principal
      principalType: 'ServicePrincipal'
    }
  }
]

resource receiving 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for principal in principals: {
    name: guid(namespace.id, principal, dataReceiver)
    scope: namespace
    properties: {
      roleDefinitionId: dataReceiver
      principalId: principal
      principalType: 'ServicePrincipal'
    }
  }
]

output id string = namespace.id
output host string = split(replace(namespace.properties.serviceBusEndpoint, 'https://', ''), ':')[0]
