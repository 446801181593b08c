// Pages, API and workers: one container app on one port, and the registry of its image.
@description('Makes names unique')
param token string
@description('Region')
param location string
@description('Tags of every resource')
param tags object
@description('Identity the container runs as')
param identityId string
@description('Its client id')
param identityClientId string
@description('Its principal id')
param principalId string
@description('Log Analytics workspace of the logs')
param workspaceId string
@description('Subnet where private endpoints are used; empty: none')
param subnetId string
@description('Image; empty: a placeholder')
param image string
@description('Cores, such as 1.0')
param cpu string
@description('Memory, such as 2Gi')
param memory string
@description('Address under which people open the product; empty: the one that Azure gives')
param publicUrl string
@description('Networks that the ingress speaks from')
param ingressAddresses string
@description('Settings shared with the functions: name, value')
param settings array

var name = 'ca-web-${token}'
var port = 8501
var placeholder = empty(image)
var url = empty(publicUrl) ? 'https://${name}.${host.properties.defaultDomain}' : publicUrl
var dataFolder = '/var/lib/advisor'
var acrPull = subscriptionResourceId('Microsoft.Authorization/roleDefinitions', '7f951dda-4ed3-4680-a7ca-43fe172d538d')
// The product answers to its own names only, so that a probe has to say one instead of the replica's address (400).
var healthy = {
  path: '/api/v1/health'
  port: port
  scheme: 'HTTP'
  httpHeaders: [{ name: 'Host', value: 'localhost' }]
}

resource registry 'Microsoft.ContainerRegistry/registries@2023-07-01' = {
  name: 'cr${token}'
  location: location
  tags: tags
  sku: { name: 'Basic' }
  properties: { adminUserEnabled: false, anonymousPullEnabled: false }
}

resource pulling 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(registry.id, principalId, acrPull)
  scope: registry
  properties: {
    roleDefinitionId: acrPull
    principalId: principalId
    principalType: 'ServicePrincipal'
  }
}

resource host 'Microsoft.App/managedEnvironments@2024-03-01' = {
  name: 'cae-${token}'
  location: location
  tags: tags
  properties: {
    appLogsConfiguration: { destination: 'azure-monitor' }
    vnetConfiguration: empty(subnetId) ? null : { infrastructureSubnetId: subnetId, internal: false }
    workloadProfiles: [{ name: 'Consumption', workloadProfileType: 'Consumption' }]
  }
}

resource logs 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  name: 'logs'
  scope: host
  properties: {
    workspaceId: workspaceId
    logs: [{ categoryGroup: 'allLogs', enabled: true }]
  }
}

resource app 'Microsoft.App/containerApps@2024-03-01' = {
  name: name
  location: location
  tags: union(tags, { 'azd-service-name': 'web' })
  identity: {
    type: 'UserAssigned'
    userAssignedIdentities: { '${identityId}': {} }
  }
  properties: {
    environmentId: host.id
    workloadProfileName: 'Consumption'
    configuration: {
      activeRevisionsMode: 'Single'
      ingress: {
        external: true
        targetPort: placeholder ? 80 : port
        transport: 'auto'
        allowInsecure: false
        // A page's websocket belongs to the process that answered its first request.
        stickySessions: { affinity: 'sticky' }
      }
      registries: [{ server: registry.properties.loginServer, identity: identityId }]
    }
    template: {
      // One replica: sessions, local accounts and tokens of programs are kept on its disk (docs/deployment.md).
      scale: { minReplicas: 1, maxReplicas: 1 }
      volumes: [{ name: 'data', storageType: 'EmptyDir' }]
      containers: [
        {
          name: 'web'
          image: placeholder ? 'mcr.microsoft.com/azuredocs/containerapps-helloworld:latest' : image
          resources: { cpu: json(cpu), memory: memory }
          volumeMounts: [{ volumeName: 'data', mountPath: dataFolder }]
          env: concat(settings, [
            { name: 'ADVISOR_HOST', value: '0.0.0.0' }
            { name: 'ADVISOR_PORT', value: string(port) }
            { name: 'ADVISOR_PUBLIC_URL', value: url }
            { name: 'ADVISOR_DATA_DIR', value: dataFolder }
            { name: 'AZURE_CLIENT_ID', value: identityClientId }
            { name: 'FORWARDED_ALLOW_IPS', value: ingressAddresses }
          ])
          probes: placeholder ? [] : [
            { type: 'Startup', httpGet: healthy, periodSeconds: 15, timeoutSeconds: 5, failureThreshold: 10 }
            { type: 'Readiness', httpGet: healthy, periodSeconds: 10, timeoutSeconds: 5, failureThreshold: 3 }
            { type: 'Liveness', httpGet: healthy, periodSeconds: 30, timeoutSeconds: 5, failureThreshold: 3 }
          ]
        }
      ]
    }
  }
  dependsOn: [pulling]
}

output registry string = registry.properties.loginServer
output url string = url
