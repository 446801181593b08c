// The Logic App that sends notices on as e-mail. Its mail connection has to be signed in to once, by hand.
@description('Makes names unique')
param token string
@description('Region')
param location string
@description('Tags of every resource')
param tags object
@description('Mailbox of notices to people without an address of their own')
param mailbox string
@description('Key Vault that takes the address of the trigger, signature included')
param vaultName string

@description('Key of the signature that notices carry, for who receives them after the Logic App')
@secure()
param signingKey string

resource mail 'Microsoft.Web/connections@2016-06-01' = {
  name: 'mail-${token}'
  location: location
  tags: tags
  properties: {
    displayName: 'Mailbox that notices are sent from'
    api: { id: subscriptionResourceId('Microsoft.Web/locations/managedApis', location, 'office365') }
  }
}

resource workflow 'Microsoft.Logic/workflows@2019-05-01' = {
  name: 'logic-${token}'
  location: location
  tags: tags
  properties: {
    state: 'Enabled'
    definition: loadJsonContent('../notices.json')
    parameters: {
      mailbox: { value: mailbox }
      '$connections': {
        value: {
          office365: {
            connectionId: mail.id
            connectionName: mail.name
            id: subscriptionResourceId('Microsoft.Web/locations/managedApis', location, 'office365')
          }
        }
      }
    }
  }
}

resource vault 'Microsoft.KeyVault/vaults@2023-07-01' existing = {
  name: vaultName
}

resource key 'Microsoft.KeyVault/vaults/secrets@2023-07-01' = {
  parent: vault
  name: 'ADVISOR-WEBHOOK-SECRET'
  properties: { value: signingKey, contentType: 'key of an HMAC-SHA256' }
}

resource address 'Microsoft.KeyVault/vaults/secrets@2023-07-01' = {
  parent: vault
  name: 'ADVISOR-LOGIC-APP-URL'
  properties: {
    value: listCallbackUrl('${workflow.id}/triggers/notice', '2019-05-01').value
    contentType: 'address with its signature'
  }
}
