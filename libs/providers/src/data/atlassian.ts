import type { OAuthProvider } from '../oauth-provider.js';

// https://developer.atlassian.com/cloud/jira/platform/oauth-2-3lo-apps/
// It has no revocation for apps: users take their grants back themselves.
export const atlassian = {
  id: 'atlassian',
  name: 'Atlassian',
  hosts: ['atlassian.com', 'atlassian.net'],
  authorization_url: 'https://auth.atlassian.com/authorize',
  token_url: 'https://auth.atlassian.com/oauth/token',
  scopes: ['read:me', 'offline_access'],
  pkce: false,
  authorization_params: { audience: 'api.atlassian.com', prompt: 'consent' },
  token_body: 'json',
  // Of a refresh token; of a wrong client it says access_denied.
  error_kinds: { unauthorized_client: 'invalid_grant' },
} as const satisfies OAuthProvider;
