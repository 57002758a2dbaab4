import type { OAuthProvider } from '../oauth-provider.js';

// https://docs.gitlab.com/api/oauth2/
export const gitlab = {
  id: 'gitlab',
  name: 'GitLab',
  hosts: ['gitlab.com'],
  issuer: 'https://gitlab.com',
  authorization_url: 'https://gitlab.com/oauth/authorize',
  token_url: 'https://gitlab.com/oauth/token',
  revocation_url: 'https://gitlab.com/oauth/revoke',
  scopes: ['read_user', 'read_api'],
  pkce: true,
} as const satisfies OAuthProvider;
