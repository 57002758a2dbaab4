import type { OAuthProvider } from '../oauth-provider.js';

// https://docs.slack.dev/authentication/installing-with-oauth: what a bot may do. `slack-user` is for what users may do.
// It has refresh tokens for those apps that switched token rotation on.
export const slack = {
  id: 'slack',
  name: 'Slack',
  hosts: ['slack.com'],
  authorization_url: 'https://slack.com/oauth/v2/authorize',
  token_url: 'https://slack.com/api/oauth.v2.access',
  revocation_url: 'https://slack.com/api/auth.revoke',
  scopes: ['channels:read', 'users:read'],
  pkce: true,
  scope_separator: ',',
  // Of https://docs.slack.dev/reference/methods/oauth.v2.access; they come with status 200.
  error_kinds: {
    invalid_code: 'invalid_grant',
    invalid_refresh_token: 'invalid_grant',
    token_revoked: 'invalid_grant',
    internal_error: 'unreachable',
    fatal_error: 'unreachable',
    service_unavailable: 'unreachable',
    request_timeout: 'unreachable',
    ratelimited: 'unreachable',
  },
  revocation: { access_token_as: 'bearer' },
} as const satisfies OAuthProvider;
