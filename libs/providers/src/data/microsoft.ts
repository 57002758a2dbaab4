import type { OAuthProvider } from '../oauth-provider.js';

// https://learn.microsoft.com/en-us/entra/identity-platform/v2-oauth2-auth-code-flow
// Its issuer names the tenant of the user, and it has no revocation for apps.
export const microsoft = {
  id: 'microsoft',
  name: 'Microsoft',
  hosts: ['microsoft.com'],
  authorization_url: 'https://login.microsoftonline.com/common/oauth2/v2.0/authorize',
  token_url: 'https://login.microsoftonline.com/common/oauth2/v2.0/token',
  scopes: ['openid', 'profile', 'offline_access', 'User.Read'],
  pkce: true,
} as const satisfies OAuthProvider;
