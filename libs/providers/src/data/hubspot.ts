import type { OAuthProvider } from '../oauth-provider.js';

// https://developers.hubspot.com/docs/api-reference/latest/authentication/manage-oauth-tokens
// The older /oauth/v1 ends on 2027-02-16.
export const hubspot = {
  id: 'hubspot',
  name: 'HubSpot',
  hosts: ['hubspot.com', 'hubapi.com'],
  authorization_url: 'https://app.hubspot.com/oauth/authorize',
  token_url: 'https://api.hubapi.com/oauth/2026-03/token',
  revocation_url: 'https://api.hubapi.com/oauth/2026-03/token/revoke',
  scopes: ['oauth'],
  pkce: true,
  // In the member `status`.
  error_kinds: { BAD_REFRESH_TOKEN: 'invalid_grant', BAD_AUTH_CODE: 'invalid_grant' },
} as const satisfies OAuthProvider;
