import { ServiceError } from '@hawser/contracts';
import type { OAuthServer } from '../servers/oauth-server.js';

/** There is none to begin with. */
export function clientMissing({ id, name }: OAuthServer): ServiceError {
  return new ServiceError(
    'oauth_client_missing',
    `this workspace has no client at ${name}: register one there, PUT its client_id and client_secret to ` +
      `/api/v1/oauth/providers/${id}/client, then begin again`,
    { provider: id },
  );
}

/** That it was begun by. */
export function clientGone({ id, name }: Pick<OAuthServer, 'id' | 'name'>): ServiceError {
  return new ServiceError(
    'oauth_client_missing',
    `the client at ${name} that this sign-in began with has been taken away meanwhile: begin again`,
    { provider: id },
  );
}
