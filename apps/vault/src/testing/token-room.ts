import { Egress, EgressPolicy } from '@hawser/egress';
import { findOAuthProvider, type OAuthProvider } from '@hawser/providers';
import { ClientRegistration } from '../oauth/servers/client-registration.js';
import { DiscoveredTokens } from '../oauth/servers/discovered-tokens.js';
import type { OAuthClient, OAuthServer } from '../oauth/servers/oauth-server.js';
import { ProviderTokens } from '../oauth/servers/provider-tokens.js';
import { Revocation } from '../oauth/servers/revocation.js';
import { TokenEndpoint } from '../oauth/servers/token-endpoint.js';
import { Upstream } from '../oauth/servers/upstream.js';

/** What talks to authorization servers, without a database. */
export class TokenRoom {
  readonly tokens: TokenEndpoint;
  readonly revocation: Revocation;
  readonly registration: ClientRegistration;
  private readonly egress: Egress;

  constructor(allow = ['127.0.0.1/32']) {
    this.egress = new Egress({ policy: EgressPolicy.allowing(allow) });
    const upstream = new Upstream(this.egress);
    this.tokens = new TokenEndpoint(new ProviderTokens(upstream), new DiscoveredTokens(upstream));
    this.revocation = new Revocation(upstream);
    this.registration = new ClientRegistration(upstream);
  }

  close(): Promise<void> {
    return this.egress.close();
  }
}

/** A provider with all its ways, at another origin: its paths stay. */
export function vendorAt(origin: string, id: string): OAuthServer {
  const provider = findOAuthProvider(id);
  if (provider === undefined) throw new Error(`there is no provider ${id}`);
  const moved = (url: string): string => url.replace(new URL(url).origin, origin);
  const there: OAuthProvider = {
    ...provider,
    ...(provider.refresh_url !== undefined && { refresh_url: moved(provider.refresh_url) }),
  };
  const { name, authorization_url, token_url, revocation_url, scopes } = provider;
  return {
    ...discoveredAt(origin),
    id,
    name,
    authorization_url,
    token_url: moved(token_url),
    revocation_url: revocation_url === undefined ? null : moved(revocation_url),
    registration_url: null,
    scopes: [...scopes],
    provider: there,
  };
}

export function discoveredAt(origin: string, changes: Partial<OAuthServer> = {}): OAuthServer {
  return {
    id: 'oas_test',
    name: 'login.example.com',
    issuer: origin,
    authorization_url: `${origin}/authorize`,
    token_url: `${origin}/token`,
    revocation_url: `${origin}/revoke`,
    registration_url: `${origin}/register`,
    scopes: [],
    token_auth_methods: [],
    resource: null,
    iss_required: false,
    takes_client_documents: false,
    provider: null,
    ...changes,
  };
}

export function aClient(changes: Partial<OAuthClient> = {}): OAuthClient {
  return {
    clientId: 'client-1',
    clientSecret: 'client-secret-1',
    tokenAuthMethod: null,
    ...changes,
  };
}
