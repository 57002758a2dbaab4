import type { DatabaseOptions } from '@hawser/persistence';
import { CredentialEntity } from '../credentials/credential.entity.js';
import { OAuthFlowEntity } from '../oauth/flows/oauth-flow.entity.js';
import { OAuthClientEntity } from '../oauth/servers/oauth-client.entity.js';
import { OAuthServerEntity } from '../oauth/servers/oauth-server.entity.js';
import { DataKeyEntity } from '../keys/data-key.entity.js';
import { SecretEntity } from '../secrets/secret.entity.js';
import { CreateVault1795392000000 } from './migrations/1795392000000-create-vault.js';

/** The schema that this service owns. */
export function vaultDatabase(url: string): DatabaseOptions {
  return {
    url,
    schema: 'vault',
    entities: [
      DataKeyEntity,
      SecretEntity,
      CredentialEntity,
      OAuthServerEntity,
      OAuthClientEntity,
      OAuthFlowEntity,
    ],
    migrations: [CreateVault1795392000000],
  };
}
