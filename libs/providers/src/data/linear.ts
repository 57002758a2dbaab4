import type { OAuthProvider } from '../oauth-provider.js';

// https://linear.app/developers/oauth-2-0-authentication
export const linear = {
  id: 'linear',
  name: 'Linear',
  hosts: ['linear.app'],
  authorization_url: 'https://linear.app/oauth/authorize',
  token_url: 'https://api.linear.app/oauth/token',
  revocation_url: 'https://api.linear.app/oauth/revoke',
  scopes: ['read'],
  pkce: true,
  scope_separator: ',',
} as const satisfies OAuthProvider;
