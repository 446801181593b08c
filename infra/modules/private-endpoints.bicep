// An address inside the network for each service, and the names that lead to it.
@description('Region')
param location string
@description('Tags of every resource')
param tags object
@description('Network whose machines look the names up')
param networkId string
@description('Subnet of the endpoints')
param subnetId string
@description('Services: name, id, group (sub-resource), zone (a name of zones below)')
param links array

var zones = {
  blob: 'privatelink.blob.${environment().suffixes.storage}'
  table: 'privatelink.table.${environment().suffixes.storage}'
  queue: 'privatelink.queue.${environment().suffixes.storage}'
  cosmos: 'privatelink.documents.azure.com'
  bus: 'privatelink.servicebus.windows.net'
  redis: 'privatelink.redis.azure.net'
  vault: 'privatelink.vaultcore.azure.net'
  intelligence: 'privatelink.cognitiveservices.azure.com'
  openai: 'privatelink.openai.azure.com'
}

resource names 'Microsoft.Network/privateDnsZones@2020-06-01' = [
  for zone in items(zones): {
    name: zone.value
    location: 'global'
    tags: tags
  }
]

resource known 'Microsoft.Network/privateDnsZones/virtualNetworkLinks@2020-06-01' = [
  for (zone, i) in items(zones): {
    parent: names[i]
    name: 'network'
    location: 'global'
    properties: {
      registrationEnabled: false
      virtualNetwork: { id: networkId }
    }
  }
]

resource endpoints 'Microsoft.Network/privateEndpoints@2024-05-01' = [
  for link in links: {
    name: 'pe-${link.name}'
    location: location
    tags: tags
    properties: {
      subnet: { id: subnetId }
      privateLinkServiceConnections: [
        {
          name: link.name
          properties: { privateLinkServiceId: link.id, groupIds: [link.group] }
        }
      ]
    }
  }
]

resource registered 'Microsoft.Network/privateEndpoints/privateDnsZoneGroups@2024-05-01' = [
  for (link, i) in links: {
    parent: endpoints[i]
    name: 'default'
    properties: {
      privateDnsZoneConfigs: [
        {
          name: link.zone
          properties: { privateDnsZoneId: resourceId('Microsoft.Network/privateDnsZones', zones[link.zone]) }
        }
      ]
    }
    dependsOn: [names]
  }
]
