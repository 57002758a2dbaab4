import { generateKeyPairSync, randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import Provider, { type ClientMetadata, type JWK } from 'oidc-provider';
import type { AuthorizationStore } from './authorization-store.js';

export interface ProviderOptions {
  issuer: string;
  store: AuthorizationStore;
  clients: ClientMetadata[];
  scopes: string[];
  accessTokenSeconds: number;
  rotation: boolean;
}

/** oidc-provider as an OAuth 2.1 server for MCP: see `startAuthorizationServer`. */
export function newProvider({
  issuer,
  store,
  clients,
  scopes,
  accessTokenSeconds,
  rotation,
}: ProviderOptions): Provider {
  const path = new URL(issuer).pathname.replace(/\/$/, '');
  return new Provider(issuer, {
    adapter: (kind: string) => store.adapter(kind),
    clients,
    clientDefaults: {
      grant_types: ['authorization_code', 'refresh_token'],
      id_token_signed_response_alg: 'ES256',
    },
    jwks: { keys: [newKey()] },
    cookies: { keys: [randomBytes(24).toString('base64url')] },
    clockTolerance: 0,
    pkce: { required: () => true },
    scopes: ['openid', 'offline_access', ...scopes],
    responseTypes: ['code'],
    issueRefreshToken: (_, client) => Promise.resolve(client.grantTypeAllowed('refresh_token')),
    rotateRefreshToken: rotation,
    findAccount: (_, accountId) => ({ accountId, claims: () => ({ sub: accountId }) }),
    interactions: { url: (_, { uid }) => `${path}/interaction/${uid}` },
    renderError: (ctx, error) => {
      ctx.body = error;
    },
    ttl: {
      AccessToken: accessTokenSeconds,
      AuthorizationCode: 60,
      RefreshToken: 86_400,
      Grant: 86_400,
      IdToken: 600,
      Interaction: 600,
      Session: 600,
    },
    features: {
      devInteractions: { enabled: false },
      registration: { enabled: true },
      revocation: { enabled: true, allowedPolicy: () => Promise.resolve(true) },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => Promise.resolve([]),
        getResourceServerInfo: (_, resource) => ({
          scope: scopes.join(' '),
          audience: resource,
          accessTokenFormat: 'opaque',
        }),
      },
    },
  });
}

/** Signs the user in, and consents or declines: what a person would do on the pages of the server. */
export async function answerInteraction(
  provider: Provider,
  { request, response, consent }: { request: IncomingMessage; response: ServerResponse; consent: boolean },
): Promise<void> {
  const { prompt, params, session, grantId } = await provider.interactionDetails(request, response);
  if (!consent) {
    const error = { error: 'access_denied', error_description: 'the user declined' };
    return provider.interactionFinished(request, response, error, { mergeWithLastSubmission: false });
  }
  if (prompt.name === 'login')
    return provider.interactionFinished(request, response, { login: { accountId: 'user' } });

  const granted = grantId === undefined ? undefined : await provider.Grant.find(grantId);
  const grant =
    granted ??
    new provider.Grant({ accountId: session?.accountId ?? '', clientId: String(params.client_id) });
  const missing = prompt.details as {
    missingOIDCScope?: string[];
    missingResourceScopes?: Record<string, string[]>;
  };
  grant.addOIDCScope((missing.missingOIDCScope ?? []).join(' '));
  for (const [resource, scopes] of Object.entries(missing.missingResourceScopes ?? {}))
    grant.addResourceScope(resource, scopes.join(' '));
  await provider.interactionFinished(request, response, { consent: { grantId: await grant.save() } });
}

function newKey(): JWK {
  // Far quicker to make than one for RS256.
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return { ...privateKey.export({ format: 'jwk' }), kid: 'key', alg: 'ES256', use: 'sig' };
}
