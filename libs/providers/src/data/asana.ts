import type { OAuthProvider } from '../oauth-provider.js';

// https://developers.asana.com/docs/oauth
export const asana = {
  id: 'asana',
  name: 'Asana',
  hosts: ['asana.com'],
  authorization_url: 'https://app.asana.com/-/oauth_authorize',
  token_url: 'https://app.asana.com/-/oauth_token',
  revocation_url: 'https://app.asana.com/-/oauth_revoke',
  scopes: ['default'],
  pkce: true,
} as const satisfies OAuthProvider;
