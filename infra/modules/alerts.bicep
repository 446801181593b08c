// The four alerts of the contract, and who is told.
@description('Makes names unique')
param token string
@description('Region')
param location string
@description('Tags of every resource')
param tags object
@description('Address that is told')
param email string
@description('Application Insights')
param componentId string
@description('Service Bus namespace')
param busId string

var questions = [
  {
    name: 'error-rate'
    description: 'More than 5 % of the requests of 5 minutes failed'
    query: 'requests | summarize measured = 100.0 * countif(toint(resultCode) >= 500) / count() | where isfinite(measured)'
    operator: 'GreaterThan'
    threshold: '5'
    window: 'PT5M'
    severity: 1
  }
  {
    name: 'api-latency'
    description: 'One in twenty answers of the API took longer than 2 seconds'
    query: 'requests | where url has "/api/v1/" | summarize measured = percentile(duration, 95) | where isfinite(measured)'
    operator: 'GreaterThan'
    threshold: '2000'
    window: 'PT5M'
    severity: 2
  }
  {
    name: 'mean-confidence'
    description: 'The mean confidence of an hour is below 0.70: the reports, the rules or the model have drifted'
    query: 'customMetrics | where name == "confidence_score" | summarize measured = sum(valueSum) / sum(valueCount) | where isfinite(measured)'
    operator: 'LessThan'
    threshold: '0.70'
    window: 'PT1H'
    severity: 2
  }
]

resource people 'Microsoft.Insights/actionGroups@2023-01-01' = {
  name: 'ag-${token}'
  location: 'global'
  tags: tags
  properties: {
    groupShortName: 'advisor'
    enabled: true
    emailReceivers: [{ name: 'operations', emailAddress: email, useCommonAlertSchema: true }]
  }
}

resource rules 'Microsoft.Insights/scheduledQueryRules@2022-06-15' = [
  for one in questions: {
    name: '${one.name}-${token}'
    location: location
    tags: tags
    kind: 'LogAlert'
    properties: {
      displayName: one.name
      description: one.description
      severity: one.severity
      enabled: true
      scopes: [componentId]
      evaluationFrequency: 'PT5M'
      windowSize: one.window
      criteria: {
        allOf: [
          {
            query: one.query
            metricMeasureColumn: 'measured'
            timeAggregation: 'Average'
            operator: one.operator
            threshold: json(one.threshold)
            failingPeriods: { numberOfEvaluationPeriods: 1, minFailingPeriodsToAlert: 1 }
          }
        ]
      }
      autoMitigate: true
      actions: { actionGroups: [people.id] }
    }
  }
]

resource depth 'Microsoft.Insights/metricAlerts@2018-03-01' = {
  name: 'queue-depth-${token}'
  location: 'global'
  tags: tags
  properties: {
    description: 'More than 100 messages wait on ingestion-queue'
    severity: 2
    enabled: true
    scopes: [busId]
    evaluationFrequency: 'PT1M'
    windowSize: 'PT5M'
    criteria: {
      'odata.type': 'Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria'
      allOf: [
        {
          criterionType: 'StaticThresholdCriterion'
          name: 'waiting'
          metricNamespace: 'Microsoft.ServiceBus/namespaces'
          metricName: 'ActiveMessages'
          dimensions: [{ name: 'EntityName', operator: 'Include', values: ['ingestion-queue'] }]
          timeAggregation: 'Average'
          operator: 'GreaterThan'
          threshold: 100
        }
      ]
    }
    autoMitigate: true
    actions: [{ actionGroupId: people.id }]
  }
}
