import type { OAuthProvider } from '../oauth-provider.js';

// https://docs.github.com/en/apps/oauth-apps/building-oauth-apps/authorizing-oauth-apps
// Its errors: https://docs.github.com/en/apps/oauth-apps/maintaining-oauth-apps/troubleshooting-oauth-app-access-token-request-errors
// Revocation: https://docs.github.com/en/rest/apps/oauth-applications#delete-an-app-token
export const github = {
  id: 'github',
  name: 'GitHub',
  hosts: ['github.com', 'githubcopilot.com'],
  authorization_url: 'https://github.com/login/oauth/authorize',
  token_url: 'https://github.com/login/oauth/access_token',
  revocation_url: 'https://api.github.com/applications/{client_id}/token',
  scopes: ['read:user', 'repo'],
  pkce: true,
  // They come with status 200. A code, a refresh token of a GitHub App.
  error_kinds: { bad_verification_code: 'invalid_grant', bad_refresh_token: 'invalid_grant' },
  revocation: {
    method: 'DELETE',
    access_token_as: 'access_token',
    token_auth: 'client_secret_basic',
    token_body: 'json',
  },
} as const satisfies OAuthProvider;
