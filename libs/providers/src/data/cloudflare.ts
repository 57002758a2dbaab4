import type { OAuthProvider } from '../oauth-provider.js';

// https://developers.cloudflare.com/fundamentals/oauth/integrate-with-cloudflare/
export const cloudflare = {
  id: 'cloudflare',
  name: 'Cloudflare',
  hosts: ['cloudflare.com'],
  authorization_url: 'https://dash.cloudflare.com/oauth2/auth',
  token_url: 'https://dash.cloudflare.com/oauth2/token',
  revocation_url: 'https://dash.cloudflare.com/oauth2/revoke',
  scopes: ['user-details.read', 'offline_access'],
  pkce: true,
  // Whoever makes the client chooses; docs/oauth-providers.md says to choose this.
  token_auth: 'client_secret_basic',
} as const satisfies OAuthProvider;
