// Logs, metrics and traces, and the workbook that shows them.
@description('Makes names unique')
param token string
@description('Region')
param location string
@description('Tags of every resource')
param tags object
@description('Days that logs are kept; the audit trail is not among them, it is in Table Storage')
param retentionDays int

resource workspace 'Microsoft.OperationalInsights/workspaces@2023-09-01' = {
  name: 'log-${token}'
  location: location
  tags: tags
  properties: {
    sku: { name: 'PerGB2018' }
    retentionInDays: retentionDays
    features: { disableLocalAuth: true }
  }
}

resource component 'Microsoft.Insights/components@2020-02-02' = {
  name: 'appi-${token}'
  location: location
  tags: tags
  kind: 'web'
  properties: {
    Application_Type: 'web'
    WorkspaceResourceId: workspace.id
    // The connection string is the one way in that the exporter is set up with here: it writes, and reads nothing.
    DisableLocalAuth: false
  }
}

resource workbook 'Microsoft.Insights/workbooks@2022-04-01' = {
  name: guid(component.id, 'workbook')
  location: location
  tags: tags
  kind: 'shared'
  properties: {
    displayName: 'Financial Insight & Risk Advisor'
    category: 'workbook'
    sourceId: component.id
    serializedData: loadTextContent('../workbook.json')
  }
}

output workspaceId string = workspace.id
output componentId string = component.id
output connectionString string = component.properties.ConnectionString
