// The virtual network: a subnet for pages and API, one for the functions, one for the private endpoints.
@description('Makes names unique')
param token string
@description('Region')
param location string
@description('Tags of every resource')
param tags object

var delegatedToContainerApps = [
  { name: 'container-apps', properties: { serviceName: 'Microsoft.App/environments' } }
]

resource network 'Microsoft.Network/virtualNetworks@2024-05-01' = {
  name: 'vnet-${token}'
  location: location
  tags: tags
  properties: {
    addressSpace: { addressPrefixes: ['10.20.0.0/16'] }
    subnets: [
      { name: 'web', properties: { addressPrefix: '10.20.0.0/23', delegations: delegatedToContainerApps } }
      // Flex Consumption runs on Container Apps: the same delegation, a subnet of its own.
      { name: 'functions', properties: { addressPrefix: '10.20.2.0/24', delegations: delegatedToContainerApps } }
      { name: 'endpoints', properties: { addressPrefix: '10.20.3.0/24', privateEndpointNetworkPolicies: 'Disabled' } }
    ]
  }
}

output id string = network.id
output webSubnetId string = '${network.id}/subnets/web'
output functionsSubnetId string = '${network.id}/subnets/functions'
output endpointSubnetId string = '${network.id}/subnets/endpoints'
